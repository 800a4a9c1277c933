package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestSIGTERMHandsOverAtOnce(t *testing.T) {
	for _, release := range []string{"2.2.8", "2.5.10", "2.6.7", "2.6.13", "3.0.0"} {
		t.Run(release, func(t *testing.T) {
			w := newWorld(t)
			role := roleOf(release)
			active, _ := w.pair(release, "run "+role)
			sent := time.Now()
			_ = active.command.Process.Signal(syscall.SIGTERM)
			took := w.awaitHolder(role, 2, 2*time.Second)
			code, _ := active.awaitExit(sent, 2*time.Second)
			if code != 0 {
				t.Errorf("exit code %d", code)
			}
			t.Logf("%s: %s", release, took)
		})
	}
}

func TestMarksOfAGracefulHandOverDoNotOverlap(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	active, standby := w.pair("2.5.10", "run rootcoord", "MILVUS_STANDIN_MARKS_DIR="+dir, "MILVUS_STANDIN_STOP_DELAY_MS=200")
	first := func() []int64 { return readMarks(t, dir, 1) }
	second := func() []int64 { return readMarks(t, dir, 2) }
	w.eventually("marks are written", 2*time.Second, func() bool { return len(first()) > 10 })
	if got := second(); len(got) != 0 {
		t.Errorf("the standby wrote %d marks", len(got))
	}
	sent := time.Now()
	_ = active.command.Process.Signal(syscall.SIGTERM)
	if _, took := active.awaitExit(sent, 2*time.Second); took < 200*time.Millisecond {
		t.Errorf("stopped after %s, before its delay", took)
	}
	standby.awaitHealthy("rootcoord")
	w.eventually("the new one works", time.Second, func() bool { return len(second()) > 1 })
	if last, next := first()[len(first())-1], second()[0]; next <= last {
		t.Errorf("%d ns at work together", last-next)
	}
}

func readMarks(t *testing.T, dir string, serverID int) []int64 {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%s-%d.marks", hostName(t), serverID)))
	if err != nil {
		return nil
	}
	var all []int64
	for line := range strings.Lines(string(text)) {
		number, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, number)
	}
	return all
}

func TestStopBeyondTheLimitGivesNothingBack(t *testing.T) {
	w := newWorld(t)
	active := w.start("2.5.10", "run rootcoord", "MILVUS_STANDIN_STOP_DELAY_MS=5000", "ROOT_COORD_GRACEFUL_STOP_TIMEOUT=1")
	w.await("rootcoord", patience)
	active.awaitHealthy("rootcoord")
	_ = active.command.Process.Signal(syscall.SIGTERM)
	if code, _ := active.awaitExit(time.Now(), 3*time.Second); code != 1 {
		t.Errorf("exit %d, want 1", code)
	}
	if _, held := w.read("rootcoord"); !held {
		t.Error("the key is gone")
	}
}

func TestHangingInItsStopItEndsWithItsSession(t *testing.T) {
	for _, release := range []string{"2.4.15", "2.5.10"} {
		t.Run(release, func(t *testing.T) {
			w := newWorld(t)
			active := w.start(release, "run rootcoord", "MILVUS_STANDIN_STOP_DELAY_MS=60000", "ROOT_COORD_GRACEFUL_STOP_TIMEOUT=60")
			held := w.await("rootcoord", patience)
			active.awaitHealthy("rootcoord")
			_ = active.command.Process.Signal(syscall.SIGTERM)
			w.eventually("it is stopping", 5*time.Second, func() bool {
				status, _ := active.get("/management/check/ready?role=rootcoord", "")
				return status != 200
			})
			w.revoke(held.lease)
			if code, _ := active.awaitExit(time.Now(), 5*time.Second); code != 1 {
				t.Errorf("exit %d, want 1", code)
			}
		})
	}
}

func TestStandbyBeforePromotionMovedOutOfRegisterIgnoresOneSIGTERM(t *testing.T) {
	w := newWorld(t)
	_, standby := w.pair("2.3.3", "run rootcoord")
	_ = standby.command.Process.Signal(syscall.SIGTERM)
	w.eventually("the signal has arrived", 5*time.Second, func() bool {
		return strings.Contains(standby.output.String(), "Get signal to exit")
	})
	standby.awaitStandBy()
	_ = standby.command.Process.Signal(syscall.SIGTERM)
	standby.awaitEnd(2*time.Second, -1) // by the signal
}

// How an ACTIVE ends on SIGTERM, and whether its lease is given back: milvus#31219, #31447, #31689.
func TestSIGTERMOfAnActiveByRelease(t *testing.T) {
	for _, c := range []struct {
		release, role string
		end           int
		givenBack     bool
	}{
		{"2.2.16", rootCoord, 0, true},
		{"2.3.0", rootCoord, aborts, false},
		{"2.3.5", rootCoord, hangs, false},
		{"2.3.5", dataCoord, 0, false},
		{"2.3.12", rootCoord, hangs, true},
		{"2.3.12", dataCoord, 0, false},
		{"2.3.14", rootCoord, 0, true},
		{"2.4.4", dataCoord, 0, true},
	} {
		t.Run(c.release+" "+c.role, func(t *testing.T) {
			w := newWorld(t)
			active := w.start(c.release, "run "+c.role, "COMMON_SESSION_TTL=60")
			w.await(c.role, patience)
			active.awaitHealthy(c.role)
			_ = active.command.Process.Signal(syscall.SIGTERM)
			active.awaitEnd(5*time.Second, c.end)
			if c.givenBack {
				w.eventually("the lease is given back", 5*time.Second, func() bool {
					_, held := w.read(c.role)
					return !held
				})
			} else if _, held := w.read(c.role); !held {
				t.Error("the key is gone")
			}
		})
	}
}
