package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

func hostName(t *testing.T) string {
	t.Helper()
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestValuesAreMilvusBytesAndBothKeysShareALease(t *testing.T) {
	cases := []struct{ release, args, role, tail string }{
		{"2.2.8", "run rootcoord", "rootcoord", `"TriggerKill":true,"Version":"2.2.8"}`},
		{"2.3.3", "run rootcoord", "rootcoord", `"TriggerKill":true,"Version":"2.3.3","IndexEngineVersion":{},"LeaseID":LEASE,"HostName":"HOST"}`},
		{"2.5.10", "run rootcoord", "rootcoord", `"TriggerKill":true,"Version":"2.5.10","IndexEngineVersion":{},"ScalarIndexEngineVersion":{},"LeaseID":LEASE,"HostName":"HOST"}`},
		{"2.6.7", "run mixcoord", "mixcoord", `"TriggerKill":true,"Version":"2.6.7","IndexEngineVersion":{},"ScalarIndexEngineVersion":{},"LeaseID":LEASE,"HostName":"HOST"}`},
		{"3.0.1", "run mixcoord", "mixcoord", `"Version":"3.0.1","IndexEngineVersion":{},"ScalarIndexEngineVersion":{},"LeaseID":LEASE,"HostName":"HOST"}`},
	}
	for _, c := range cases {
		t.Run(c.release, func(t *testing.T) {
			w := newWorld(t)
			port := freePort()
			w.start(c.release, c.args, "ROOTCOORD_PORT="+port)
			active := w.await(c.role, patience)
			member := w.await(c.role+"-1", time.Second)
			tail := strings.NewReplacer("LEASE", strconv.FormatInt(int64(active.lease), 10), "HOST", hostName(t)).Replace(c.tail)
			want := fmt.Sprintf(`{"ServerID":1,"ServerName":%q,"Address":"127.0.0.1:%s","Exclusive":true,%s`, c.role, port, tail)
			if active.value != want || member.value != want {
				t.Errorf("\n got %s\n and %s\nwant %s", active.value, member.value, want)
			}
			if active.lease == 0 || active.lease != member.lease {
				t.Errorf("leases %d and %d are not one", active.lease, member.lease)
			}
			if active.created <= member.created {
				t.Errorf("the bare key (revision %d) came before the member's (%d)", active.created, member.created)
			}
		})
	}
}

func TestKilledHolderIsReplacedWhenItsLeaseEnds(t *testing.T) {
	w := newWorld(t)
	active, _ := w.pair("2.5.10", "run rootcoord", "COMMON_SESSION_TTL=3")
	_ = active.command.Process.Kill()
	took := w.awaitHolder("rootcoord", 2, patience)
	if took < time.Second {
		t.Errorf("took over after %s, before the lease of 3 s could end", took)
	}
}

func TestRevokingADeadHoldersLeaseTakesMilliseconds(t *testing.T) {
	for _, release := range []string{"2.2.8", "2.5.10", "2.6.7", "2.6.13", "3.0.0"} {
		t.Run(release, func(t *testing.T) {
			w := newWorld(t)
			role := roleOf(release)
			active, _ := w.pair(release, "run "+role)
			_ = active.command.Process.Kill()
			<-active.exited
			held, _ := w.read(role)
			w.revoke(held.lease)
			took := w.awaitHolder(role, 2, 2*time.Second)
			t.Logf("%s: %s", release, took)
		})
	}
}

func roleOf(release string) string {
	if release < "2.6" {
		return rootCoord
	}
	return mixCoord
}

func TestWithoutTheFlagThereIsOneKeyAndASecondProcessPanics(t *testing.T) {
	w := newWorld(t)
	first := w.start("2.5.10", "run rootcoord", "ROOT_COORD_ENABLE_ACTIVE_STANDBY=false")
	w.await("rootcoord", patience)
	first.awaitHealthy("rootcoord")
	if _, found := w.read("rootcoord-1"); found {
		t.Error("a member key without active-standby")
	}
	second := w.start("2.5.10", "run rootcoord", "ROOT_COORD_ENABLE_ACTIVE_STANDBY=false", "COMMON_SESSION_RETRY_TIMES=2")
	second.awaitEnd(patience, aborts)
	if want := "function CompareAndSwap error for compare is false for key: rootcoord"; !strings.Contains(second.output.String(), want) {
		t.Errorf("log lacks %q", want)
	}
}

func TestDataCoord(t *testing.T) {
	t.Run("as standby leaves its keys to the TTL on SIGTERM", func(t *testing.T) {
		w := newWorld(t)
		_, standby := w.pair("2.5.10", "run datacoord")
		_ = standby.command.Process.Signal(syscall.SIGTERM)
		if code, _ := standby.awaitExit(time.Now(), 2*time.Second); code != 0 {
			t.Errorf("exit %d", code)
		}
		if _, left := w.read("datacoord-2"); !left {
			t.Error("the member key is gone")
		}
	})
	t.Run("holds indexcoord on a second lease, which follows it", func(t *testing.T) {
		w := newWorld(t)
		active, _ := w.pair("2.5.10", "run datacoord")
		w.awaitHolder("indexcoord", 1, time.Second)
		data, _ := w.read("datacoord")
		index, _ := w.read("indexcoord")
		if data.lease == index.lease {
			t.Error("one lease for both")
		}
		_ = active.command.Process.Kill()
		<-active.exited
		w.revoke(data.lease)
		w.awaitHolder("datacoord", 2, time.Second)
		w.awaitHolder("indexcoord", 2, time.Second)
	})
}

func TestGuardKeys(t *testing.T) {
	w := newWorld(t)
	w.start("2.6.13", "run mixcoord", "ROOT_COORD_ENABLE_ACTIVE_STANDBY=false") // the flag no longer matters
	active := w.await("mixcoord", patience)
	member := w.await("mixcoord-1", time.Second)
	if member.lease != active.lease {
		t.Error("two leases")
	}
	for _, role := range []string{rootCoord, dataCoord, queryCoord} {
		guard, found := w.read(role)
		if !found || guard.lease != active.lease || guard.created != active.created {
			t.Errorf("%s: found %v, lease %d, revision %d, ACTIVE %+v", role, found, guard.lease, guard.created, active)
		}
		if want := strings.Replace(active.value, `"mixcoord"`, `"`+role+`"`, 1); guard.value != want {
			t.Errorf("%s holds %s", role, guard.value)
		}
	}
	if mark, _ := w.read("version"); mark.value != "2.6.13" || mark.lease != 0 {
		t.Errorf("version is %+v", mark)
	}
}

func TestALowerReleaseThanTheWatermarkPanicsAndLeavesItsKey(t *testing.T) {
	w := newWorld(t)
	if _, err := w.etcd.Put(context.Background(), w.key("version"), "3.0.0"); err != nil {
		t.Fatal(err)
	}
	lower := w.start("2.6.13", "run mixcoord")
	lower.awaitEnd(patience, aborts)
	if _, left := w.read("mixcoord-1"); !left {
		t.Error("the member key is gone")
	}
}

func TestNewerLayoutWaitsForTheOldOne(t *testing.T) {
	w := newWorld(t)
	old := w.start("2.5.10", "run rootcoord")
	w.await("rootcoord", patience)
	old.awaitHealthy("rootcoord")
	mix := w.start("2.6.7", "run mixcoord")
	w.await("mixcoord-2", patience)
	mix.awaitStandBy()
	if _, held := w.read("mixcoord"); held {
		t.Error("mixcoord beside a rootcoord")
	}
	_ = old.command.Process.Signal(syscall.SIGTERM)
	w.awaitHolder("mixcoord", 2, 2*time.Second)
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	active := w.start("2.5.10", "run rootcoord", "MILVUS_STANDIN_ACTIVATION_MS=1500")
	w.await("rootcoord", patience)
	w.eventually("Initializing while activating", time.Second, func() bool {
		status, body := active.get("/healthz", "application/json")
		return status == 500 && body == `{"state":"Not all components are healthy, 0/1","detail":[{"name":"rootcoord","code":0}]}`
	})
	active.awaitHealthy("rootcoord")
	standby := w.start("2.5.10", "run rootcoord")
	standby.awaitStandBy()
	checks := []struct {
		of                      *member
		path, contentType, want string
		status                  int
	}{
		{active, "/healthz", "", "OK", 200},
		{active, "/healthz", "application/json", `{"state":"OK","detail":[{"name":"rootcoord","code":1}]}`, 200},
		{standby, "/healthz", "", "OK", 200},
		{standby, "/healthz", "application/json", `{"state":"OK","detail":[{"name":"rootcoord","code":3}]}`, 200},
		{standby, "/management/check/ready?role=rootcoord", "", `{"msg": "component [rootcoord] in [StandBy] is not healthy"}`, 500},
		{active, "/management/check/ready?role=rootcoord", "", `{"msg": "OK"}`, 200},
	}
	for _, c := range checks {
		if status, body := c.of.get(c.path, c.contentType); status != c.status || body != c.want {
			t.Errorf("%s: %d %s, want %d %s", c.path, status, body, c.status, c.want)
		}
	}
}

func TestMixtureRegistersEveryRoleUnderOneServerID(t *testing.T) {
	w := newWorld(t)
	w.start("2.5.10", "run mixture -rootcoord -querycoord -datacoord -indexcoord")
	leases := map[clientv3.LeaseID]bool{}
	for _, role := range []string{rootCoord, queryCoord, dataCoord, indexCoord} {
		w.awaitHolder(role, 1, patience)
		held, _ := w.read(role)
		leases[held.lease] = true
	}
	if len(leases) != 4 {
		t.Errorf("%d leases, want one for each role", len(leases))
	}
	v26 := newWorldBeside(w)
	v26.start("2.6.7", "run mixture -rootcoord -querycoord -datacoord -indexcoord")
	v26.awaitHolder("mixcoord", 1, patience)
}

func newWorldBeside(w *world) *world {
	return &world{T: w.T, etcd: w.etcd, root: fmt.Sprintf("test-%d", lastRoot.Add(1))}
}

func TestSIGUSR1TakesMemory(t *testing.T) {
	w := newWorld(t)
	n := w.start("2.5.10", "run rootcoord")
	w.await("rootcoord", patience)
	_ = n.command.Process.Signal(syscall.SIGUSR1)
	w.eventually("the memory is resident", patience, func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.command.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(status), "VmRSS:")
		kiB, err := strconv.Atoi(strings.Fields(after)[0])
		return err == nil && kiB >= eatenBytes>>10
	})
}

func TestStandsByForEverWhenToldTo(t *testing.T) {
	w := newWorld(t)
	standby := w.start("2.5.10", "run rootcoord", "MILVUS_STANDIN_NO_TAKEOVER=true")
	w.await("rootcoord-1", patience)
	standby.awaitStandBy()
	w.start("2.5.10", "run rootcoord")
	w.awaitHolder("rootcoord", 2, patience)
}

func TestStartRefusals(t *testing.T) {
	cases := []struct {
		name, release, args, more string
		code                      int
		says                      string
	}{
		{"single coordinator from 2.6", "2.6.7", "run rootcoord", "A=b", 255, "Unknown server type"},
		{"made to fail", "2.5.12", "run rootcoord", "MILVUS_STANDIN_FAIL=exit1", 1, "failed to start"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n := newWorld(t).start(c.release, c.args, c.more)
			code, _ := n.awaitExit(time.Now(), 5*time.Second)
			if code != c.code || !strings.Contains(n.output.String(), c.says) {
				t.Errorf("exit %d, want %d; output %s", code, c.code, n.output.String())
			}
		})
	}
}
