package main

import (
	"context"
	"errors"
	"os"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// startKeepalive renews the lease every third of the TTL; etcd's client does the renewing in every generation.
func (s *session) startKeepalive() {
	if s.profile.keepaliveLoop {
		s.done.Add(1)
		go s.renewAndLeave()
		return
	}
	go s.renewAndTell()
}

// renewAndTell is the keepalive up to 2.6.6: when the stream ends and three last renewals fail, it closes s.lost and
// does nothing more. Only an ACTIVE listens (see liveness): a standby without a lease goes on as a zombie.
func (s *session) renewAndTell() {
	defer s.lostOnce.Do(func() { close(s.lost) })
	for {
		stream, err := s.client.KeepAlive(s.renewal, s.leaseID)
		if err != nil {
			return
		}
		for range stream {
		}
		warn("session keepalive channel closed", "serverName", s.role)
		if s.renewal.Err() != nil || s.profile.onceTimeout == 0 {
			return
		}
		info("keepAlive channel close caused by etcd, try to KeepAliveOnce", "serverName", s.role)
		err = retry(s.renewal, 3, func() error {
			ctx, cancel := context.WithTimeout(s.renewal, s.profile.onceTimeout)
			defer cancel()
			_, err := s.client.KeepAliveOnce(ctx, s.leaseID)
			return err
		})
		if err != nil {
			warn("fail to retry keepAliveOnce", "serverName", s.role, "LeaseID", int64(s.leaseID), "error", err)
			return
		}
	}
}

// liveness is how an ACTIVE up to 2.6.6 notices that its session is gone: its bare key is deleted, or renewing failed.
// It starts only after activation, and leave runs once.
func (s *session) liveness(leave func()) {
	got, err := s.client.Get(s.renewal, s.activeKey())
	if err != nil {
		leave()
		return
	}
	watch := s.client.Watch(s.renewal, s.activeKey(), clientv3.WithRev(got.Header.Revision))
	for {
		select {
		case <-s.lost:
			warn("connection lost detected, shuting down")
			leave()
			return
		case response, open := <-watch:
			if !open || (response.Err() != nil && !errors.Is(response.Err(), rpctypes.ErrCompacted)) {
				s.cancelRenewal()
				watch = nil
				continue
			}
			if response.CompactRevision != 0 {
				watch = s.client.Watch(s.renewal, s.activeKey(), clientv3.WithRev(response.CompactRevision))
				continue
			}
			for _, event := range response.Events {
				if event.Type == clientv3.EventTypeDelete {
					info("session key is deleted, exit...", "role", s.role, "key", s.activeKey())
					s.cancelRenewal()
				}
			}
		}
	}
}

// renewAndLeave is the keepalive from 2.6.7: whenever the stream ends it asks for the TTL and ends the process if the
// lease is gone, standby or ACTIVE alike. A wrong revoke is noticed at the next renewal, so within a third of the TTL;
// cut off from etcd it runs on for one more TTL.
func (s *session) renewAndLeave() {
	defer s.done.Done()
	defer s.revoke()
	ttl := time.Duration(s.ttl) * time.Second
	deadline := time.Now().Add(ttl)
	pause := 10 * time.Millisecond
	for s.ctx.Err() == nil {
		if err := s.checkLease(deadline); err != nil {
			warn("failed to start keep alive, wait for retry...", "error", err, "nextBackoffInterval", pause)
			select {
			case <-s.ctx.Done():
			case <-time.After(pause):
			}
			pause = min(pause*3/2, 100*time.Second)
			continue
		}
		stream, err := s.client.KeepAlive(s.ctx, s.leaseID)
		if err != nil {
			continue
		}
		info("keep alive...", "leaseID", int64(s.leaseID))
		for range stream {
		}
		deadline, pause = time.Now().Add(ttl), 10*time.Millisecond
	}
}

func (s *session) checkLease(deadline time.Time) error {
	ctx, cancel := context.WithDeadline(s.ctx, deadline)
	defer cancel()
	left, err := s.client.TimeToLive(ctx, s.leaseID)
	switch {
	case s.ctx.Err() != nil:
		return s.ctx.Err()
	case errors.Is(err, rpctypes.ErrLeaseNotFound):
		logLine("ERROR", "confirm the lease is not found, the session is expired without activing closing", "error", err)
	case err != nil && ctx.Err() != nil:
		logLine("ERROR", "session expired at client side, the session is expired without activing closing", "error", err)
	case err != nil:
		return err
	case left.TTL <= 0:
		logLine("ERROR", "confirm the lease is expired, the session is expired without activing closing", "serverName", s.role)
	default:
		info("check TTL success, try to keep alive...", "ttl", left.TTL)
		return nil
	}
	os.Exit(s.profile.lossExitCode)
	return nil
}
