package main

import (
	"fmt"
	"os/signal"
	runtimedebug "runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// version is a Milvus release, "2.5.10".
type version struct{ major, minor, patch int }

func parseVersion(text string) (version, error) {
	parts := strings.SplitN(strings.TrimPrefix(strings.TrimSpace(text), "v"), ".", 3)
	if len(parts) != 3 {
		return version{}, fmt.Errorf("%q is not a version like 2.5.10", text)
	}
	patch, _, _ := strings.Cut(parts[2], "-")
	var v version
	var err error
	for i, field := range []*int{&v.major, &v.minor, &v.patch} {
		if *field, err = strconv.Atoi([]string{parts[0], parts[1], patch}[i]); err != nil {
			return version{}, fmt.Errorf("%q is not a version like 2.5.10: %w", text, err)
		}
	}
	return v, nil
}

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v.major, v.minor, v.patch) }

func (v version) before(other version) bool {
	if v.major != other.major {
		return v.major < other.major
	}
	if v.minor != other.minor {
		return v.minor < other.minor
	}
	return v.patch < other.patch
}

// mayFollow says whether Milvus' guard of session/version lets v start where other was ACTIVE. It compares major and
// minor only; a late 2.6 replaces a 3.0 all the same (milvus#50792, first in 2.6.20).
func (v version) mayFollow(other version) bool {
	lower := v.major < other.major || (v.major == other.major && v.minor < other.minor)
	replaces := v.major == 2 && v.minor == 6 && v.patch >= 20 && other.major == 3 && other.minor == 0
	return !lower || replaces
}

// valueLayout is the set and order of JSON fields of a session value.
type valueLayout int

const (
	valueBase     valueLayout = iota // to 2.3.0: up to Version
	valueHostName                    // from 2.3.2: and IndexEngineVersion, LeaseID, HostName
	valueScalar                      // 2.4 to 2.6: and ScalarIndexEngineVersion
	valueNoKill                      // 3.x: without TriggerKill
)

// lostLease says what a standby does when a promotion attempt fails for another reason than an older layout's key.
type lostLease int

const (
	// retryForever is the "zombie": it tries on every 100 ms with the dead lease (to 2.6.0).
	retryForever lostLease = iota
	// panics ends the process with code 2 (from 2.6.1).
	panics
)

// profile is what sets one generation of Milvus' session code apart. One row in the table below per generation;
// nothing else in this program asks for the version.
type profile struct {
	from  version
	label string
	value valueLayout
	// ttlSeconds is common.session.ttl as shipped in that release's milvus.yaml.
	ttlSeconds int64
	// mixcoordOnly: from 2.6.0 there is one coordinator process, and single ones are refused.
	mixcoordOnly bool
	// indexInData: from 2.3 to 2.5 datacoord registers a second session "indexcoord" and promotes it by force.
	indexInData bool
	// alwaysStandby: from 2.6.8 the flag no longer matters.
	alwaysStandby bool
	// ownServerIDs: up to 2.2 each role of a process takes a server ID of its own.
	ownServerIDs bool
	// kvSubPathNeeded: up to 2.2 a process panics if etcd's endpoints and root path are in the environment and
	// etcd.kvSubPath is not.
	kvSubPathNeeded bool
	// indexAwaited: in 2.2 querycoord also waits for indexcoord before it registers.
	indexAwaited bool
	// queryWaits: querycoord registers nothing before the roles it calls are there (to 2.5).
	queryWaits bool
	// stopWaitsForRole: from 2.3.0 to 2.3.13 a process stops only once all of its roles have started, and a standby has
	// not: it goes on until it gets the role, or the second SIGTERM.
	stopWaitsForRole bool
	// keepsLease: from 2.3.0 to 2.3.11 the stop cancels its context before it revokes, so it ends the renewal and nothing
	// else (milvus#31219); datacoord to the end of 2.3 (milvus#31689).
	keepsLease, dataKeepsLease bool
	// rootHangs: from 2.3.3 (2.3.1 and 2.3.2 were not tried) to 2.3.13 rootcoord's stop waits for ever for a loop that has ended (milvus#31447).
	rootHangs bool
	// abortsInStop: 2.3.0's rootcoord uses a nil pointer in its stop.
	abortsInStop bool
	// secondStopKills: from 2.3.0 the first signal gives SIGTERM its default back.
	secondStopKills bool
	// abortsInPanic: from 2.3.0 a panic raises SIGABRT, so the process ends with 134 instead of 2.
	abortsInPanic bool
	// forcesExit: from 2.4.0 a stop is given gracefulStopTimeout (2.3.5 hangs for longer than a minute).
	forcesExit bool
	// namesState: up to 2.3 /healthz says which state which role is in.
	namesState bool
	// managed: from 2.4.5 there is /management.
	managed bool
	// checksOldRoles: before each attempt 2.6 waits until no rootcoord, datacoord or querycoord key exists.
	checksOldRoles bool
	// guardKeys: the ACTIVE also holds those three keys and writes session/version (from 2.6.8).
	guardKeys    bool
	standbyError lostLease
	// keepaliveLoop: from 2.6.7 one loop renews, asks for the TTL and leaves, standby or ACTIVE. Before, an ACTIVE
	// watched its own bare key and a standby did not look at all.
	keepaliveLoop bool
	// onceTimeout bounds each of three last renewals after the stream ended; 0: none is tried (2.2.3 to 2.2.12).
	onceTimeout time.Duration
	// purgesOwnOld: without active-standby an older key of the same address is deleted at start (2.3.4 to 2.6).
	purgesOwnOld bool
	// lossExitCode is how the process ends after its lease is gone.
	lossExitCode int
}

// profiles, newest first. What rests on what: docs/versions.md.
var profiles = buildProfiles()

func buildProfiles() []profile {
	since := func(p profile, from version, label string) profile {
		p.from, p.label = from, label
		return p
	}
	v22 := profile{
		from: version{2, 2, 3}, label: "2.2.3", value: valueBase, ttlSeconds: 60, ownServerIDs: true, kvSubPathNeeded: true,
		queryWaits: true, indexAwaited: true, namesState: true,
	}
	v2213 := since(v22, version{2, 2, 13}, "2.2.13")
	v2213.ttlSeconds, v2213.onceTimeout = 20, 5*time.Second

	v230 := since(v2213, version{2, 3, 0}, "2.3.0")
	v230.ttlSeconds, v230.indexInData, v230.abortsInStop, v230.abortsInPanic = 60, true, true, true
	v230.ownServerIDs, v230.kvSubPathNeeded, v230.indexAwaited = false, false, false
	v230.stopWaitsForRole, v230.secondStopKills, v230.keepsLease, v230.dataKeepsLease = true, true, true, true
	v233 := since(v230, version{2, 3, 3}, "2.3.3")
	v233.value, v233.ttlSeconds, v233.abortsInStop, v233.rootHangs = valueHostName, 30, false, true
	v234 := since(v233, version{2, 3, 4}, "2.3.4")
	v234.purgesOwnOld = true
	v2312 := since(v234, version{2, 3, 12}, "2.3.12")
	v2312.keepsLease = false
	v2314 := since(v2312, version{2, 3, 14}, "2.3.14")
	v2314.stopWaitsForRole, v2314.rootHangs = false, false

	v24 := since(v2314, version{2, 4, 0}, "2.4")
	v24.value, v24.onceTimeout, v24.lossExitCode = valueScalar, 10*time.Second, 1
	v24.dataKeepsLease, v24.forcesExit, v24.namesState = false, true, false
	v245 := since(v24, version{2, 4, 5}, "2.4.5")
	v245.managed = true

	v260 := since(v245, version{2, 6, 0}, "2.6.0")
	v260.ttlSeconds, v260.mixcoordOnly, v260.indexInData, v260.queryWaits, v260.checksOldRoles = 10, true, false, false, true
	v261 := since(v260, version{2, 6, 1}, "2.6.1")
	v261.standbyError = panics
	v266 := since(v261, version{2, 6, 6}, "2.6.6")
	v266.ttlSeconds = 30
	v267 := since(v266, version{2, 6, 7}, "2.6.7")
	v267.ttlSeconds, v267.keepaliveLoop = 15, true
	v268 := since(v267, version{2, 6, 8}, "2.6.8")
	v268.alwaysStandby, v268.guardKeys = true, true

	v3 := since(v268, version{3, 0, 0}, "3.0")
	v3.value, v3.lossExitCode, v3.purgesOwnOld = valueNoKill, 80, false

	return []profile{v3, v268, v267, v266, v261, v260, v245, v24, v2314, v2312, v234, v233, v230, v2213, v22}
}

// panic ends the process as a panic ends Milvus: with 2, or from 2.3.0 on by SIGABRT. Process 1 of a container ends with 2
// all the same. The runtime sends SIGQUIT to the other threads on its way, which must not be taken for a stop.
func (p profile) panic(cause any) {
	if p.abortsInPanic {
		signal.Reset(syscall.SIGQUIT)
		runtimedebug.SetTraceback("crash")
	}
	panic(cause)
}

func profileOf(v version) (profile, error) {
	for _, p := range profiles {
		if !v.before(p.from) {
			return p, nil
		}
	}
	return profile{}, fmt.Errorf("no active-standby before 2.2.3, asked for %s", v)
}
