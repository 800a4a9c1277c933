package main

import (
	"context"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// generation is one row of the table measured with Milvus' own session code: what a watcher of the session keys sees
// and how processes end.
type generation struct {
	release string
	// promotion are the keys of the transaction that makes a process ACTIVE, in the order of their events.
	promotion []string
	// released are the keys that vanish with the holder's lease, in the order of their events.
	released []string
	// activeCode and standbyCode are the exit codes after the lease was revoked; a zombie does not exit.
	activeCode, standbyCode int
	// panics: the zombie ends with code 2 at its first attempt to take over.
	panics bool
	// bareKeyDeleted is what comes of deleting the holder's bare key alone.
	bareKeyDeleted string
	ttlSeconds     int64
}

const (
	zombie = -1 // a standby without a session
	aborts = -2 // ended by SIGABRT
	hangs  = -3 // in its stop, until it is killed
)

var (
	soloPromotion  = []string{"ROLE"}
	guardPromotion = []string{"mixcoord", "querycoord", "datacoord", "rootcoord", "version"}
	soloReleased   = []string{"ROLE", "ROLE-1"}
	guardReleased  = []string{"datacoord", "mixcoord", "mixcoord-1", "querycoord", "rootcoord"}
)

var generations = []generation{
	{"2.2.8", soloPromotion, soloReleased, 0, zombie, false, "old exits", 60},
	{"2.2.14", soloPromotion, soloReleased, 0, zombie, false, "old exits", 20},
	{"2.3.0", soloPromotion, soloReleased, aborts, zombie, false, "old exits", 60},
	{"2.3.3", soloPromotion, soloReleased, hangs, zombie, false, "old exits", 30},
	{"2.3.5", soloPromotion, soloReleased, hangs, zombie, false, "old exits", 30},
	{"2.3.12", soloPromotion, soloReleased, hangs, zombie, false, "old exits", 30},
	{"2.3.14", soloPromotion, soloReleased, 0, zombie, false, "old exits", 30},
	{"2.4.4", soloPromotion, soloReleased, 1, zombie, false, "old exits", 30},
	{"2.4.15", soloPromotion, soloReleased, 1, zombie, false, "old exits", 30},
	{"2.5.10", soloPromotion, soloReleased, 1, zombie, false, "old exits", 30},
	{"2.6.0", soloPromotion, soloReleased, 1, zombie, false, "old exits", 10},
	{"2.6.5", soloPromotion, soloReleased, 1, zombie, true, "old exits", 10},
	{"2.6.6", soloPromotion, soloReleased, 1, zombie, true, "old exits", 30},
	{"2.6.7", soloPromotion, soloReleased, 1, 1, false, "split brain", 15},
	{"2.6.13", guardPromotion, guardReleased, 1, 1, false, "no ACTIVE", 15},
	{"3.0.0", guardPromotion, guardReleased, 80, 80, false, "no ACTIVE", 15},
}

func (g generation) named(keys []string) []string {
	var named []string
	for _, key := range keys {
		named = append(named, strings.Replace(key, "ROLE", roleOf(g.release), 1))
	}
	return named
}

// change is what one revision did below the session prefix.
type change struct {
	revision int64
	keys     []string // "+key" for a put, "-key" for a deletion
}

// record watches the session keys from the first revision on and returns what is known so far, without the counter.
func (w *world) record() func() []change {
	w.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w.Cleanup(cancel)
	var seen []change
	taken := make(chan []change)
	prefix := w.key("")
	watch := w.etcd.Watch(ctx, prefix, clientv3.WithPrefix(), clientv3.WithRev(1))
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case taken <- slices.Clone(seen):
			case response := <-watch:
				for _, event := range response.Events {
					key := strings.TrimPrefix(string(event.Kv.Key), prefix)
					if key == "id" {
						continue
					}
					sign := "+"
					if event.Type == clientv3.EventTypeDelete {
						sign = "-"
					}
					if last := len(seen) - 1; last < 0 || seen[last].revision != event.Kv.ModRevision {
						seen = append(seen, change{revision: event.Kv.ModRevision})
					}
					last := &seen[len(seen)-1]
					last.keys = append(last.keys, sign+key)
				}
			}
		}
	}()
	return func() []change { return <-taken }
}

func signed(sign string, keys []string) string {
	return sign + strings.Join(keys, " "+sign)
}

func TestWhatAWatcherSeesOfARevokedHolder(t *testing.T) {
	for _, g := range generations {
		t.Run(g.release, func(t *testing.T) {
			w := newWorld(t)
			role := roleOf(g.release)
			changes := w.record()
			active, standby := w.pair(g.release, "run "+role)
			_ = active.command.Process.Kill()
			<-active.exited
			held, _ := w.read(role)
			w.revoke(held.lease)
			w.awaitHolder(role, 2, 2*time.Second)
			standby.awaitHealthy(role)

			var got []string
			w.eventually("five changes are seen", 2*time.Second, func() bool {
				got = nil
				for _, c := range changes() {
					got = append(got, strings.Join(c.keys, " "))
				}
				return len(got) >= 5
			})
			want := []string{
				"+" + role + "-1",
				signed("+", g.named(g.promotion)),
				"+" + role + "-2",
				signed("-", g.named(g.released)),
				signed("+", g.named(g.promotion)),
			}
			if !slices.Equal(got, want) {
				t.Errorf("\n got %q\nwant %q", got, want)
			}
		})
	}
}

func TestExitsAfterALeaseIsRevoked(t *testing.T) {
	for _, g := range generations {
		t.Run(g.release, func(t *testing.T) {
			w := newWorld(t)
			role := roleOf(g.release)
			active, standby := w.pair(g.release, "run "+role)
			member, _ := w.read(role + "-2")
			at := time.Now()
			w.revoke(member.lease)
			if g.standbyCode != zombie {
				if code, _ := standby.awaitExit(at, 5*time.Second); code != g.standbyCode {
					t.Errorf("standby: exit %d, want %d", code, g.standbyCode)
				}
			}
			held, _ := w.read(role)
			w.revoke(held.lease)
			// Until 2.6.6 the ACTIVE watches its key; later it notices at its next renewal, within a third of the TTL of 6 s.
			limit := time.Second
			if g.standbyCode != zombie {
				limit = 4 * time.Second
			}
			active.awaitEnd(limit, g.activeCode)
			switch {
			case g.panics:
				standby.awaitEnd(5*time.Second, aborts)
			case g.standbyCode == zombie:
				w.eventually("the zombie tries with its dead lease", 5*time.Second, func() bool {
					return strings.Contains(standby.output.String(), "requested lease not found")
				})
				standby.awaitStandBy()
				if _, held := w.read(role); held || !standby.running() {
					t.Errorf("held %v, standby running %v: want a living zombie and no ACTIVE", held, standby.running())
				}
			}
		})
	}
}

func TestDeletingTheBareKeyAlone(t *testing.T) {
	for _, g := range generations {
		t.Run(g.release, func(t *testing.T) {
			w := newWorld(t)
			role := roleOf(g.release)
			active, standby := w.pair(g.release, "run "+role)
			w.deleteKey(role)
			switch g.bareKeyDeleted {
			case "old exits":
				active.awaitEnd(time.Second, g.activeCode)
				w.awaitHolder(role, 2, time.Second)
			case "split brain":
				w.awaitHolder(role, 2, time.Second)
				standby.awaitHealthy(role)
				active.awaitHealthy(role)
			default:
				standby.awaitStandBy()
				active.awaitHealthy(role)
				if _, held := w.read(role); held {
					t.Error("somebody took the key although the guard keys are there")
				}
			}
		})
	}
}

func (w *world) deleteKey(name string) {
	w.Helper()
	if _, err := w.etcd.Delete(context.Background(), w.key(name)); err != nil {
		w.Fatal(err)
	}
}

// A process that stood still for longer than its TTL finds its role taken and ends.
func TestAFrozenActiveEndsWhenItGoesOn(t *testing.T) {
	for _, g := range generations {
		t.Run(g.release, func(t *testing.T) {
			w := newWorld(t)
			role := roleOf(g.release)
			active, _ := w.pair(g.release, "run "+role, "COMMON_SESSION_TTL=3")
			_ = active.command.Process.Signal(syscall.SIGSTOP)
			w.awaitHolder(role, 2, patience)
			_ = active.command.Process.Signal(syscall.SIGCONT)
			active.awaitEnd(patience, g.activeCode)
		})
	}
}

func TestLeaseIsGrantedForTheReleasesOwnTTL(t *testing.T) {
	for _, g := range generations {
		t.Run(g.release, func(t *testing.T) {
			w := newWorld(t)
			role := roleOf(g.release)
			w.start(g.release, "run "+role, "COMMON_SESSION_TTL=")
			held := w.await(role, patience)
			lease, err := w.etcd.TimeToLive(context.Background(), held.lease, clientv3.WithAttachedKeys())
			if err != nil {
				t.Fatal(err)
			}
			if lease.GrantedTTL != g.ttlSeconds {
				t.Errorf("granted %d s, want %d", lease.GrantedTTL, g.ttlSeconds)
			}
			var keys []string
			for _, key := range lease.Keys {
				keys = append(keys, strings.TrimPrefix(string(key), w.key("")))
			}
			slices.Sort(keys)
			if want := g.named(g.released); !slices.Equal(keys, want) {
				t.Errorf("keys on the lease: %q, want %q", keys, want)
			}
		})
	}
}

// Above: every row of profile.go is named by at least one release.
func TestEveryGenerationIsTraced(t *testing.T) {
	traced := map[string]bool{}
	for _, g := range generations {
		release, err := parseVersion(g.release)
		if err != nil {
			t.Fatal(err)
		}
		p, err := profileOf(release)
		if err != nil {
			t.Fatal(err)
		}
		traced[p.label] = true
	}
	for _, p := range profiles {
		if !traced[p.label] {
			t.Errorf("no trace of the generation since %s", p.label)
		}
	}
}
