package main

import (
	"context"
	"net"
	"os"
	"path"
	"sync/atomic"
	"syscall"
	"time"
)

// coordinator is one role in this process, from registration to stop.
type coordinator struct {
	role    string
	session *session
	// index is datacoord's second session, "indexcoord" (2.3 to 2.5).
	index *session
	// listener is the gRPC port, closed as soon as a stop begins.
	listener   net.Listener
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
	c.become(abnormal)
	return c, nil
}

func (c *coordinator) state() state { return state(c.current.Load()) }

func (c *coordinator) become(s state) { c.current.Store(int32(s)) }

// run registers, waits for the role and takes it up; it returns once the role works.
func (c *coordinator) run() {
	c.awaitOthers()
	if c.index != nil {
		c.index.register()
	}
	c.session.register()
	if c.session.standby {
		c.become(standBy)
		if err := c.session.promote(); err != nil {
			c.session.profile.panic(err) // Milvus leaves its member key behind until the TTL here
		}
		info(c.role + " switch from standby to active, activating")
	}
	if c.stopped.Load() {
		return
	}
	c.become(initializing)
	c.working.Store(true)
	if err := c.marks.begin(c.session.hostName, c.session.serverID); err != nil {
		c.session.profile.panic(err)
	}
	time.Sleep(c.activation) // Milvus reloads its metadata here
	if c.stopped.Load() {
		return
	}
	if c.index != nil && c.session.standby {
		if err := c.index.takeByForce(); err != nil {
			c.session.profile.panic(err)
		}
	}
	c.become(healthy)
	info(c.role + " startup success")
	if !c.session.profile.keepaliveLoop {
		go c.session.liveness(c.leave)
	}
}

// awaitOthers keeps a querycoord from registering until the roles that it calls have a holder. Milvus asks them for
// their health; the stand-in, which speaks no gRPC, goes by their keys. MILVUS_STANDIN_ALONE is for tests of one role.
func (c *coordinator) awaitOthers() {
	p := c.session.process
	if c.role != queryCoord || !p.profile.queryWaits || p.config.flag("MILVUS_STANDIN_ALONE") {
		return
	}
	others := []string{rootCoord, dataCoord}
	if p.profile.indexAwaited || p.profile.indexInData { // in 2.3 to 2.5 its key shows that datacoord is Healthy
		others = append(others, indexCoord)
	}
	for _, role := range others {
		info("QueryCoord try to wait for " + role + " ready")
		for !c.isHeld(role) {
			time.Sleep(200 * time.Millisecond)
		}
	}
}

func (c *coordinator) isHeld(role string) bool {
	ctx, cancel := context.WithTimeout(c.session.ctx, 5*time.Second)
	defer cancel()
	got, err := c.session.client.Get(ctx, path.Join(c.session.root, role))
	return err == nil && got.Count > 0
}

// leave ends the process after the lease is gone, in the midst of a stop too. Before 2.4 it stops by SIGINT instead: a
// process that hangs in its stop then goes on hanging.
func (c *coordinator) leave() {
	stopsInstead := c.session.profile.lossExitCode == 0
	if c.releasing.Load() || (c.stopped.Load() && stopsInstead) {
		return
	}
	logLine("ERROR", c.role+" disconnected from etcd, process will exit", "serverID", c.session.serverID)
	if stopsInstead {
		_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
		return
	}
	os.Exit(c.session.profile.lossExitCode)
}

// stop serves no more and then does with the lease what the release does. A datacoord that is not Healthy returns at
// once and leaves its keys to the TTL, in every version that has it as a process of its own.
func (c *coordinator) stop(delay time.Duration) {
	was := c.state()
	c.stopped.Store(true)
	if c.listener != nil {
		_ = c.listener.Close()
	}
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
	if c.role != rootCoord {
		return
	}
	if c.session.profile.abortsInStop {
		c.session.profile.panic("invalid memory address or nil pointer dereference")
	}
	if c.hangs() {
		info("rootcoord waits for a loop that has ended")
		select {}
	}
}

// hangs is what a rootcoord without proxies does. With proxies it often ends: MILVUS_STANDIN_STOP_HANGS=false.
func (c *coordinator) hangs() bool {
	p := c.session.process
	return p.profile.rootHangs && p.config.text("MILVUS_STANDIN_STOP_HANGS", "true") == "true"
}
