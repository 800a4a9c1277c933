package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// process is what all sessions of one process share.
type process struct {
	client   *clientv3.Client
	config   config
	profile  profile
	version  version
	root     string
	hostName string

	mutex    sync.Mutex
	serverID int64 // 0: none was taken yet
}

// takeServerID is done by a role right before it registers. From 2.3 on the roles of a process share one.
func (p *process) takeServerID(ctx context.Context) (int64, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.serverID != 0 && !p.profile.ownServerIDs {
		return p.serverID, nil
	}
	err := retry(ctx, 100, func() error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		id, err := nextServerID(ctx, p.client, p.root)
		if err != nil {
			warn("Session try to connect to etcd", "error", err)
			return err
		}
		p.serverID = id
		return nil
	})
	return p.serverID, err
}

// session is one entry in <root>/session: a member key `<role>-<id>` and, once ACTIVE, the bare key `<role>`, both on
// one lease.
type session struct {
	*process
	role       string
	address    string
	serverID   int64 // set by register
	standby    bool  // active-standby is on
	ttl        int64
	retryTimes int
	leaseID    clientv3.LeaseID

	// ctx ends when the session stops; with keepaliveLoop its end revokes the lease.
	ctx    context.Context
	cancel context.CancelFunc
	// renewal is the older generations' keepalive; cancelled when the own key is deleted.
	renewal       context.Context
	cancelRenewal context.CancelFunc
	lost          chan struct{} // closed by the older generations' keepalive
	lostOnce      sync.Once
	done          sync.WaitGroup
}

func newSession(p *process, role, address string, standby bool) *session {
	s := &session{
		process: p, role: role, address: address, standby: standby,
		ttl:        p.config.number("common.session.ttl", p.profile.ttlSeconds),
		retryTimes: int(p.config.number("common.session.retryTimes", 30)),
		lost:       make(chan struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.renewal, s.cancelRenewal = context.WithCancel(context.Background())
	return s
}

func (s *session) activeKey() string { return path.Join(s.root, s.role) }

func (s *session) memberKey() string { return fmt.Sprintf("%s-%d", s.activeKey(), s.serverID) }

// nextServerID takes a number from the counter session/id by compare and swap.
func nextServerID(ctx context.Context, client *clientv3.Client, root string) (int64, error) {
	key := path.Join(root, "id")
	if _, err := client.Txn(ctx).If(clientv3.Compare(clientv3.Version(key), "=", 0)).
		Then(clientv3.OpPut(key, "1")).Commit(); err != nil {
		return 0, fmt.Errorf("creating %s: %w", key, err)
	}
	for {
		got, err := client.Get(ctx, key)
		if err != nil {
			return 0, fmt.Errorf("reading %s: %w", key, err)
		}
		if len(got.Kvs) == 0 {
			return 0, fmt.Errorf("%s vanished", key)
		}
		text := string(got.Kvs[0].Value)
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", key, err)
		}
		swap, err := client.Txn(ctx).If(clientv3.Compare(clientv3.Value(key), "=", text)).
			Then(clientv3.OpPut(key, strconv.FormatInt(id+1, 10))).Commit()
		if err != nil {
			return 0, fmt.Errorf("counting up %s: %w", key, err)
		}
		if swap.Succeeded {
			return id, nil
		}
	}
}

// register grants the lease and puts the first key: the member key with active-standby, the bare key without.
// Each try is a new lease, as in Milvus. When all fail it panics, exit code 2.
func (s *session) register() {
	id, err := s.takeServerID(s.ctx)
	if err != nil {
		s.profile.panic(err)
	}
	s.serverID = id
	key := s.activeKey()
	if s.standby {
		key = s.memberKey()
	}
	err = retry(s.ctx, s.retryTimes, func() error {
		lease, err := s.client.Grant(s.ctx, s.ttl)
		if err != nil {
			return err
		}
		s.leaseID = lease.ID
		value := s.value(s.role)
		compares := []clientv3.Cmp{clientv3.Compare(clientv3.Version(key), "=", 0)}
		txn, err := s.client.Txn(s.ctx).If(compares...).Then(clientv3.OpPut(key, value, clientv3.WithLease(lease.ID))).Commit()
		if err != nil {
			warn("register on etcd error, check the availability of etcd", "error", err)
			return err
		}
		if !txn.Succeeded {
			if s.profile.purgesOwnOld {
				s.purgeOwnOld(key)
			}
			return fmt.Errorf("function CompareAndSwap error for compare is false for key: %s", s.role)
		}
		info("put session key into etcd", "key", key, "value", value)
		return nil
	})
	if err != nil {
		warn("Register failed", "error", err)
		s.profile.panic(err)
	}
	info("Service registered successfully", "ServerName", s.role, "serverID", s.serverID)
	s.startKeepalive()
}

// purgeOwnOld deletes the key of an earlier process at the same address. In active-standby mode the key ends in the
// fresh ServerID, so it never applies to a pair.
func (s *session) purgeOwnOld(key string) {
	got, err := s.client.Get(s.ctx, key)
	if err != nil || len(got.Kvs) == 0 {
		return
	}
	var old struct {
		ServerID int64
		Address  string
	}
	if json.Unmarshal(got.Kvs[0].Value, &old) != nil || old.Address != s.address || old.ServerID >= s.serverID {
		return
	}
	warn("find old session is same as current node, assume it as restart, purge old session", "key", key, "address", old.Address)
	_, _ = s.client.Delete(s.ctx, key)
}

// revoke gives the lease back: both keys vanish in one revision and the standby takes over at once.
func (s *session) revoke() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	info("start to revoke session", "sessionKey", s.activeKey())
	if _, err := s.client.Revoke(ctx, s.leaseID); err != nil {
		warn("failed to revoke session", "sessionKey", s.activeKey(), "error", err)
		return
	}
	info("revoke session successfully", "sessionKey", s.activeKey())
}

// keepsLease: the stop of this role ends the renewal and does not revoke.
func (s *session) keepsLease() bool {
	return s.profile.keepsLease || (s.profile.dataKeepsLease && (s.role == dataCoord || s.role == indexCoord))
}

// stop releases the session and returns when it is released.
func (s *session) stop() {
	if s.profile.keepaliveLoop {
		s.cancel() // the loop revokes on its way out; a waiting promotion fails at the same moment
		s.done.Wait()
		return
	}
	if s.keepsLease() {
		s.cancelRenewal()
		s.cancel()
		return
	}
	select {
	case <-s.lost:
		warn("skip remove session, connection is disconnected", "sessionKey", s.activeKey())
	default:
		s.revoke()
	}
	s.cancelRenewal()
	s.cancel()
}
