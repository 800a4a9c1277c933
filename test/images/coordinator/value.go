package main

import (
	"encoding/json"
)

// empty is Milvus' IndexEngineVersion, which only query nodes fill in.
type empty struct{}

// The four layouts, field by field in the order in which Milvus writes them (measured with the session code of 2.2.8,
// 2.5.10, 2.6.7, 2.6.13 and 3.x; 2.3 from values seen with 2.3.3). TriggerKill has no omitempty.
type (
	baseValue struct {
		ServerID    int64
		ServerName  string
		Address     string
		Exclusive   bool
		TriggerKill bool
		Version     string
	}
	hostNameValue struct {
		baseValue
		IndexEngineVersion empty
		LeaseID            int64
		HostName           string
	}
	scalarValue struct {
		baseValue
		IndexEngineVersion       empty
		ScalarIndexEngineVersion empty
		LeaseID                  int64
		HostName                 string
	}
	noKillValue struct {
		ServerID                 int64
		ServerName               string
		Address                  string
		Exclusive                bool
		Version                  string
		IndexEngineVersion       empty
		ScalarIndexEngineVersion empty
		LeaseID                  int64
		HostName                 string
	}
)

// value is the JSON of the session's keys. role differs from the session's own only in the guard keys of 2.6.8 on.
func (s *session) value(role string) string {
	base := baseValue{
		ServerID: s.serverID, ServerName: role, Address: s.address, Exclusive: true, TriggerKill: true,
		Version: s.version.String(),
	}
	var layout any
	switch lease := int64(s.leaseID); s.profile.value {
	case valueBase:
		layout = base
	case valueHostName:
		layout = hostNameValue{baseValue: base, LeaseID: lease, HostName: s.hostName}
	case valueScalar:
		layout = scalarValue{baseValue: base, LeaseID: lease, HostName: s.hostName}
	case valueNoKill:
		layout = noKillValue{
			ServerID: s.serverID, ServerName: role, Address: s.address, Exclusive: true, Version: base.Version,
			LeaseID: lease, HostName: s.hostName,
		}
	}
	text, err := json.Marshal(layout)
	if err != nil {
		panic(err) // plain structs always marshal
	}
	return string(text)
}
