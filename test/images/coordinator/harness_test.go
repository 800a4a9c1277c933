package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// patience is how long what must come is waited for: on a busy machine everything takes longer. Shorter limits tell a lease that is
// given back from one that runs out.
const patience = 60 * time.Second

// The tests run the built program as separate processes against a real etcd: the program in ETCD_BINARY, else the one
// on PATH. Each test has its own root path; they wait on conditions only.
var (
	standIn  string
	etcdURL  string
	lastRoot atomic.Int64
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "standin-")
		if err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		standIn = filepath.Join(dir, "milvus")
		build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", standIn, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off") // as the image is built, from the same cache
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			panic(err)
		}
		binary := os.Getenv("ETCD_BINARY")
		if binary == "" {
			if binary, err = exec.LookPath("etcd"); err != nil {
				fmt.Fprintln(os.Stderr, "no etcd on PATH: set ETCD_BINARY to the program etcd 3.5")
				return 1
			}
		}
		etcdURL = "http://127.0.0.1:" + freePort()
		peer := "http://127.0.0.1:" + freePort()
		etcd := exec.Command(binary, "--data-dir", filepath.Join(dir, "etcd"), "--log-level", "error", "--unsafe-no-fsync",
			"--listen-client-urls", etcdURL, "--advertise-client-urls", etcdURL,
			"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default="+peer)
		etcd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := etcd.Start(); err != nil {
			panic(err)
		}
		defer func() { _ = etcd.Process.Kill(); _ = etcd.Wait() }()
		return m.Run()
	}())
}

func freePort() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer func() { _ = listener.Close() }()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// world is one root path in etcd and the processes that live in it.
type world struct {
	*testing.T
	etcd *clientv3.Client
	root string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{etcdURL}, DialTimeout: patience, Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return &world{T: t, etcd: client, root: fmt.Sprintf("test-%d", lastRoot.Add(1))}
}

func (w *world) key(name string) string { return w.root + "/meta/session/" + name }

// transcript is what a process printed, readable while it runs.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

type member struct {
	*world
	command *exec.Cmd
	output  transcript
	metrics string
	exited  chan struct{}
	endedAt time.Time
}

// start runs `milvus <args>` as the given release; more holds further environment entries and may override.
func (w *world) start(release, args string, more ...string) *member {
	w.Helper()
	n := &member{world: w, metrics: freePort(), exited: make(chan struct{})}
	n.command = exec.Command(standIn, strings.Fields(args)...)
	n.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	n.command.Stdout, n.command.Stderr = &n.output, &n.output
	n.command.Env = append([]string{
		"MILVUS_STANDIN_VERSION=" + release, "ETCD_ENDPOINTS=" + etcdURL, "ETCD_ROOT_PATH=" + w.root, "ETCD_KV_SUB_PATH=kv",
		"METRICS_PORT=" + n.metrics, "COMMON_SESSION_TTL=6", "MILVUS_STANDIN_ACTIVATION_MS=1",
		"ROOT_COORD_ENABLE_ACTIVE_STANDBY=true", "DATA_COORD_ENABLE_ACTIVE_STANDBY=true", "QUERY_COORD_ENABLE_ACTIVE_STANDBY=true",
		"ROOTCOORD_IP=127.0.0.1", "ROOTCOORD_PORT=" + freePort(), "DATACOORD_IP=127.0.0.1", "DATACOORD_PORT=" + freePort(),
		"QUERYCOORD_IP=127.0.0.1", "QUERYCOORD_PORT=" + freePort(), "INDEXCOORD_PORT=" + freePort(),
	}, more...)
	if err := n.command.Start(); err != nil {
		w.Fatal(err)
	}
	go func() {
		_ = n.command.Wait()
		n.endedAt = time.Now()
		close(n.exited)
	}()
	w.Cleanup(func() {
		_ = n.command.Process.Kill()
		<-n.exited
		if w.Failed() {
			w.Logf("output of %s %s:\n%s", release, args, n.output.String())
		}
	})
	return n
}

// eventually waits for a condition on etcd or a process.
func (w *world) eventually(what string, limit time.Duration, met func() bool) time.Duration {
	w.Helper()
	started := time.Now()
	for !met() {
		if time.Since(started) > limit {
			w.Fatalf("not within %s: %s", limit, what)
		}
		time.Sleep(time.Millisecond)
	}
	return time.Since(started)
}

type entry struct {
	value   string
	lease   clientv3.LeaseID
	created int64
}

func (w *world) read(name string) (entry, bool) {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	got, err := w.etcd.Get(ctx, w.key(name))
	if err != nil {
		w.Fatal(err)
	}
	if len(got.Kvs) == 0 {
		return entry{}, false
	}
	kv := got.Kvs[0]
	return entry{string(kv.Value), clientv3.LeaseID(kv.Lease), kv.CreateRevision}, true
}

// await waits until the key exists.
func (w *world) await(name string, limit time.Duration) entry {
	w.Helper()
	var found entry
	w.eventually(name+" exists", limit, func() bool {
		var ok bool
		found, ok = w.read(name)
		return ok
	})
	return found
}

// awaitHolder waits until the role is held by the given ServerID and returns how long that took.
func (w *world) awaitHolder(role string, serverID int, limit time.Duration) time.Duration {
	w.Helper()
	return w.eventually(fmt.Sprintf("%s held by %d", role, serverID), limit, func() bool {
		held, ok := w.read(role)
		return ok && strings.HasPrefix(held.value, fmt.Sprintf(`{"ServerID":%d,`, serverID))
	})
}

func (w *world) revoke(lease clientv3.LeaseID) {
	w.Helper()
	if _, err := w.etcd.Revoke(context.Background(), lease); err != nil {
		w.Fatal(err)
	}
}

// pair starts an ACTIVE (ServerID 1) and a standby (ServerID 2).
func (w *world) pair(release, args string, more ...string) (active, standby *member) {
	w.Helper()
	role := strings.Fields(args)[1]
	active = w.start(release, args, more...)
	w.await(role, patience)
	active.awaitHealthy(role)
	standby = w.start(release, args, more...)
	w.await(role+"-2", patience)
	standby.awaitStandBy()
	return active, standby
}

func (n *member) awaitHealthy(role string) {
	n.Helper()
	n.eventually(role+" is Healthy", patience, func() bool {
		_, body := n.get("/healthz", "application/json")
		return strings.Contains(body, fmt.Sprintf(`{"name":%q,"code":1}`, role))
	})
}

// awaitStandBy waits for the JSON form of /healthz to say StandBy.
func (n *member) awaitStandBy() {
	n.Helper()
	n.eventually("answers StandBy", patience, func() bool {
		_, body := n.get("/healthz", "application/json")
		return strings.Contains(body, `"code":3`)
	})
}

// awaitEnd waits until the process has ended with this code, or by SIGABRT, or hangs in its stop.
func (n *member) awaitEnd(limit time.Duration, want int) {
	n.Helper()
	if want == hangs {
		n.eventually("it hangs in its stop", limit, func() bool {
			status, body := n.get("/healthz", "")
			return status == http.StatusInternalServerError && strings.Contains(body, "is Abnormal")
		})
		return
	}
	code, _ := n.awaitExit(time.Now(), limit)
	if want == aborts {
		want = -1 // as Go says it of a signal
	}
	if code != want {
		n.Errorf("exit %d, want %d", code, want)
	}
}

// awaitExit returns the exit code and the time since the given moment.
func (n *member) awaitExit(since time.Time, limit time.Duration) (int, time.Duration) {
	n.Helper()
	select {
	case <-n.exited:
		return n.command.ProcessState.ExitCode(), n.endedAt.Sub(since)
	case <-time.After(limit):
		n.Fatalf("still running after %s", limit)
		return 0, 0
	}
}

func (n *member) running() bool {
	select {
	case <-n.exited:
		return false
	default:
		return true
	}
}

func (n *member) get(path, contentType string) (int, string) {
	n.Helper()
	request, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:"+n.metrics+path, nil)
	if err != nil {
		n.Fatal(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := http.DefaultClient.Do(request)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return 0, ""
	}
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	var body bytes.Buffer
	_, _ = body.ReadFrom(response.Body)
	return response.StatusCode, body.String()
}
