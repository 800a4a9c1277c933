package main

import (
	"os"
	"sync/atomic"
	"time"
)

// coordinator is one role in this process, from registration to stop.
type coordinator struct {
	role    string
	session *session
	// index is datacoord's second session, "indexcoord" (2.3 to 2.5).
	index      *session
	marks      *marks
	activation time.Duration
	current    atomic.Int32
	working    atomic.Bool
	stopped    atomic.Bool
	// releasing: the stop has come to giving back the session, whose loss means nothing from then on.
	releasing atomic.Bool
}

func newCoordinator(p *process, role string, m *marks) (*coordinator, error) {
	address, err := p.config.address(role)
	if err != nil {
		return nil, err
	}
	standby := p.profile.alwaysStandby || p.config.activeStandby(role)
	c := &coordinator{
		role: role, marks: m, session: newSession(p, role, address, standby),
		activation: p.config.millis("MILVUS_STANDIN_ACTIVATION_MS", 200*time.Millisecond),
	}
	if p.profile.indexInData && role == dataCoord {
		c.index = newSession(p, indexCoord, address, standby)
	}
	return c, nil
}

func (c *coordinator) state() state { return state(c.current.Load()) }

func (c *coordinator) become(s state) { c.current.Store(int32(s)) }

// run registers, waits for the role and takes it up; it returns once the role works.
func (c *coordinator) run() {
	if c.index != nil {
		c.index.register()
	}
	c.session.register()
	if c.session.standby {
		c.become(standBy)
		if err := c.session.promote(); err != nil {
			panic(err) // Milvus leaves its member key behind until the TTL here
		}
		info(c.role + " switch from standby to active, activating")
	}
	if c.stopped.Load() {
		return
	}
	c.become(initializing)
	c.working.Store(true)
	c.marks.begin()
	time.Sleep(c.activation) // Milvus reloads its metadata here
	if c.stopped.Load() {
		return
	}
	if c.index != nil && c.session.standby {
		if err := c.index.takeByForce(); err != nil {
			panic(err)
		}
	}
	c.become(healthy)
	info(c.role + " startup success")
	if !c.session.profile.keepaliveLoop {
		go c.session.liveness(c.leave)
	}
}

// leave ends the process after the lease is gone, in the midst of a stop too. Before 2.4 it stops once more instead: a
// process that hangs in its stop then goes on hanging.
func (c *coordinator) leave() {
	stopsInstead := c.session.profile.lossExitCode == 0
	if c.releasing.Load() || (c.stopped.Load() && stopsInstead) {
		return
	}
	logLine("ERROR", c.role+" disconnected from etcd, process will exit", "serverID", c.session.serverID)
	os.Exit(c.session.profile.lossExitCode)
}

// stop gives the role back. A datacoord that is not Healthy returns at once and leaves its keys to the TTL, in every
// version that has it as a process of its own.
func (c *coordinator) stop(delay time.Duration) {
	was := c.state()
	c.stopped.Store(true)
	if c.role == dataCoord && was != healthy {
		info("DataCoord is not healthy, nothing to stop", "state", was)
		return
	}
	c.become(abnormal)
	if c.working.Load() {
		time.Sleep(delay)
		c.marks.end()
	}
	c.releasing.Store(true)
	c.session.stop()
	if c.index != nil {
		c.index.stop()
	}
}
