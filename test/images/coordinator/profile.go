package main

import (
	"fmt"
	"strconv"
	"strings"
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

// lowerRelease compares major and minor only, as Milvus' guard of session/version does.
func (v version) lowerRelease(other version) bool {
	return v.major < other.major || (v.major == other.major && v.minor < other.minor)
}

// valueLayout is the set and order of JSON fields of a session value.
type valueLayout int

const (
	valueBase     valueLayout = iota // 2.2: up to Version
	valueHostName                    // 2.3: and IndexEngineVersion, LeaseID, HostName
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
	// promotionInRegister: up to 2.3.13 a standby is stuck inside Register and ignores the first SIGTERM.
	promotionInRegister bool
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

// profiles, newest first. Behaviour was measured by running the session code of 2.2.8, 2.2.14, 2.3.0, 2.5, 2.6.0,
// 2.6.1, 2.6.7, 2.6.13 and of the 3.x branch; TTLs are those of each release's milvus.yaml.
var profiles = buildProfiles()

func buildProfiles() []profile {
	v22 := profile{
		from: version{2, 2, 3}, label: "2.2.3", value: valueBase, ttlSeconds: 60, promotionInRegister: true,
	}
	v224 := v22
	v224.from, v224.label, v224.ttlSeconds = version{2, 2, 4}, "2.2.4", 20
	v2213 := v224
	v2213.from, v2213.label, v2213.onceTimeout = version{2, 2, 13}, "2.2.13", 5*time.Second

	v23 := v2213
	v23.from, v23.label, v23.value = version{2, 3, 0}, "2.3.0", valueHostName
	v23.ttlSeconds, v23.indexInData = 60, true
	v234 := v23
	v234.from, v234.label, v234.ttlSeconds, v234.purgesOwnOld = version{2, 3, 4}, "2.3.4", 30, true

	v24 := v234
	v24.from, v24.label, v24.value = version{2, 4, 0}, "2.4", valueScalar
	v24.promotionInRegister, v24.onceTimeout, v24.lossExitCode = false, 10*time.Second, 1

	v260 := v24
	v260.from, v260.label, v260.ttlSeconds = version{2, 6, 0}, "2.6.0", 10
	v260.mixcoordOnly, v260.indexInData, v260.checksOldRoles = true, false, true
	v261 := v260
	v261.from, v261.label, v261.standbyError = version{2, 6, 1}, "2.6.1", panics
	v266 := v261
	v266.from, v266.label, v266.ttlSeconds = version{2, 6, 6}, "2.6.6", 30
	v267 := v266
	v267.from, v267.label, v267.ttlSeconds, v267.keepaliveLoop = version{2, 6, 7}, "2.6.7", 15, true
	v268 := v267
	v268.from, v268.label, v268.alwaysStandby, v268.guardKeys = version{2, 6, 8}, "2.6.8", true, true

	v3 := v268
	v3.from, v3.label, v3.value = version{3, 0, 0}, "3.0", valueNoKill
	v3.lossExitCode, v3.purgesOwnOld = 80, false

	return []profile{v3, v268, v267, v266, v261, v260, v24, v234, v23, v2213, v224, v22}
}

func profileOf(v version) (profile, error) {
	for _, p := range profiles {
		if !v.before(p.from) {
			return p, nil
		}
	}
	return profile{}, fmt.Errorf("no active-standby before 2.2.3, asked for %s", v)
}
