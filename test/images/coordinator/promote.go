package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// oldRoles are the keys of separate coordinators: 2.6 waits for them to go, and from 2.6.8 holds them as guards.
var oldRoles = []string{rootCoord, dataCoord, queryCoord}

var errOldSession = errors.New("old session exists")

// attempt is the outcome of one try to become ACTIVE; revision is where to watch from if somebody else is.
type attempt struct {
	won      bool
	revision int64
}

// promote tries to take the bare key, watches it while another holds it, and returns once this session is ACTIVE.
// An error is one that this generation does not survive: the caller panics.
func (s *session) promote() error {
	info(fmt.Sprintf("serverName: %s enter STANDBY mode", s.role))
	stopTelling := s.tellStandby()
	defer stopTelling()
	if s.config.flag("MILVUS_STANDIN_NO_TAKEOVER") {
		select {} // until the process ends
	}
	for {
		tried, err := s.tryActive()
		if err != nil {
			if !errors.Is(err, errOldSession) && s.profile.standbyError == panics {
				return err
			}
			time.Sleep(100 * time.Millisecond)
			continue
		}
		if tried.won {
			info(fmt.Sprintf("serverName: %s quit STANDBY mode, this node will become ACTIVE, ID: %d", s.role, s.serverID))
			return nil
		}
		s.watchHolder(tried.revision)
	}
}

// tellStandby repeats Milvus' sign of life every 10 s until stopped.
func (s *session) tellStandby() (stop func()) {
	ctx, cancel := context.WithCancel(s.ctx)
	go func() {
		ticker := time.NewTicker(10 * time.Second)
		defer ticker.Stop()
		for {
			debug(fmt.Sprintf("serverName: %s is in STANDBY ...", s.role))
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	}()
	return cancel
}

// tryActive is one transaction: put the bare key on the session's own lease if nobody has it.
func (s *session) tryActive() (attempt, error) {
	if s.profile.checksOldRoles {
		for _, role := range oldRoles {
			got, err := s.client.Get(s.ctx, path.Join(s.root, role), clientv3.WithPrefix())
			if err != nil {
				continue // as Milvus: the transaction below tells
			}
			if got.Count > 0 {
				debug("SessionUtil GetSessions", "prefix", role, "key", string(got.Kvs[0].Key))
				info("old session exists", "role", role)
				return attempt{}, errOldSession
			}
		}
	}
	info(fmt.Sprintf("try to register as ACTIVE %s service...", s.role))
	compares := []clientv3.Cmp{clientv3.Compare(clientv3.Version(s.activeKey()), "=", 0)}
	puts := []clientv3.Op{clientv3.OpPut(s.activeKey(), s.value(s.role), clientv3.WithLease(s.leaseID))}
	if s.profile.guardKeys {
		moreCompares, morePuts, err := s.guards()
		if err != nil {
			return attempt{}, err
		}
		compares, puts = append(compares, moreCompares...), append(puts, morePuts...)
	}
	txn, err := s.client.Txn(s.ctx).If(compares...).Then(puts...).Commit()
	if err != nil {
		logLine("ERROR", "register active key to etcd failed", "error", err)
		return attempt{}, err
	}
	if txn.Succeeded {
		info(fmt.Sprintf("register ACTIVE %s", s.role))
	} else {
		info(fmt.Sprintf("ACTIVE %s has already been registered", s.role))
	}
	return attempt{won: txn.Succeeded, revision: txn.Header.Revision}, nil
}

// watchHolder waits for one answer about the bare key, from the transaction's own revision on. Milvus sees a PUT of
// that very revision again and starts over, without pause, until something else is written to etcd; the stand-in does
// that once and then watches from the next revision, so as not to spin on an etcd that nobody else uses.
func (s *session) watchHolder(revision int64) {
	info(fmt.Sprintf("%s start to watch ACTIVE key %s", s.role, s.activeKey()))
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	for response := range s.client.Watch(ctx, s.activeKey(), clientv3.WithPrevKV(), clientv3.WithRev(revision)) {
		replayed := len(response.Events) > 0
		for _, event := range response.Events {
			debug("watch the ACTIVE key", event.Type.String(), string(event.Kv.Key))
			replayed = replayed && event.Type == clientv3.EventTypePut && event.Kv.ModRevision == revision
		}
		if !replayed {
			break
		}
	}
	info(fmt.Sprintf("stop watching ACTIVE key %s", s.activeKey()))
}

// takeByForce is datacoord's way to its second session (2.3 to 2.5): revoke the lease of whoever holds `indexcoord`,
// then put the bare key.
func (s *session) takeByForce() error {
	return retry(s.ctx, s.retryTimes, func() error {
		got, err := s.client.Get(s.ctx, s.activeKey())
		if err != nil {
			return err
		}
		for _, kv := range got.Kvs {
			_, _ = s.client.Revoke(s.ctx, clientv3.LeaseID(kv.Lease))
		}
		txn, err := s.client.Txn(s.ctx).If(clientv3.Compare(clientv3.Version(s.activeKey()), "=", 0)).
			Then(clientv3.OpPut(s.activeKey(), s.value(s.role), clientv3.WithLease(s.leaseID))).Commit()
		if err == nil && !txn.Succeeded {
			err = fmt.Errorf("failed to force register ACTIVE %s", s.role)
		}
		if err != nil {
			warn("failed to force register", "error", err)
			return err
		}
		info(fmt.Sprintf("force register ACTIVE %s", s.role))
		return nil
	})
}
