package main

import (
	"fmt"
	"path"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// guards adds what 2.6.8 and later put in the transaction that makes a mixcoord ACTIVE: the three keys of separate
// coordinators, on the same lease, and session/version, on none. The puts come in the order in which a watcher of
// 2.6.13 sees them. Because those keys then exist, standbys of these versions poll every 100 ms instead of watching.
func (s *session) guards() ([]clientv3.Cmp, []clientv3.Op, error) {
	versionKey := path.Join(s.root, "version")
	got, err := s.client.Get(s.ctx, versionKey)
	if err != nil {
		return nil, nil, err
	}
	var written int64
	if len(got.Kvs) > 0 {
		written = got.Kvs[0].Version
		other, err := parseVersion(string(got.Kvs[0].Value))
		if err != nil {
			return nil, nil, err
		}
		if !s.version.mayFollow(other) {
			return nil, nil, fmt.Errorf("session version check failure: current %s, in etcd %s", s.version, other)
		}
	}
	var compares []clientv3.Cmp
	var puts []clientv3.Op
	for _, role := range []string{queryCoord, dataCoord, rootCoord} {
		key := path.Join(s.root, role)
		compares = append(compares, clientv3.Compare(clientv3.Version(key), "=", 0))
		puts = append(puts, clientv3.OpPut(key, s.value(role), clientv3.WithLease(s.leaseID)))
	}
	compares = append(compares, clientv3.Compare(clientv3.Version(versionKey), "=", written))
	puts = append(puts, clientv3.OpPut(versionKey, s.version.String()))
	return compares, puts, nil
}
