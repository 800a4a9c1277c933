// Command milvus stands in for Milvus' coordinators in tests: it registers, waits, takes over, stops and dies as the
// session code of a given Milvus release does, and does nothing else. It is called as Milvus is,
// `milvus run rootcoord`, and reads Milvus' own settings (config.go) and, for tests:
//
//	MILVUS_STANDIN_VERSION        which release to be, "2.5.10"; else the text of /milvus/version
//	MILVUS_STANDIN_ACTIVATION_MS  how long taking over lasts, /healthz answers 500 meanwhile (200)
//	MILVUS_STANDIN_STOP_DELAY_MS  how long an ACTIVE takes from SIGTERM to giving back its lease (0)
//	MILVUS_STANDIN_MARKS_DIR      where to write marks while ACTIVE (marks.go); none if not set
//	MILVUS_STANDIN_NO_TAKEOVER    "true": register and stand by, and never take the role
//	MILVUS_STANDIN_FAIL           "exit1": end with code 1 at once, a release that cannot start
//
// On SIGUSR1 it takes memory until a limit ends it (memory.go).
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	runtimedebug "runtime/debug"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

func main() {
	runtimedebug.SetGCPercent(50) // up to a dozen of these run beside each other
	if err := run(os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(255)
	}
}

func run(args []string) error {
	release, err := whichVersion()
	if err != nil {
		return err
	}
	traits, err := profileOf(release)
	if err != nil {
		return err
	}
	roles, err := rolesOf(args, traits)
	if err != nil {
		return err
	}
	if os.Getenv("MILVUS_STANDIN_FAIL") == "exit1" {
		logLine("ERROR", "failed to start", "version", release)
		os.Exit(1)
	}
	settings, err := loadConfig(configDir(), os.Environ())
	if err != nil {
		return err
	}
	quiet = !slices.Contains([]string{"", "debug"}, settings.text("log.level", ""))
	info("starting", "version", release, "sessionCodeSince", traits.label, "roles", roles)

	go eatMemoryWhenAsked()
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT)

	shared, err := connect(settings, release, traits)
	if err != nil {
		panic(err) // as Milvus when etcd cannot be reached at start
	}
	written, err := newMarks(os.Getenv("MILVUS_STANDIN_MARKS_DIR"), shared.hostName, shared.serverID)
	if err != nil {
		return err
	}
	var coordinators []*coordinator
	for _, role := range roles {
		if role == indexCoord && traits.indexInData {
			continue // from 2.3 on indexcoord is an empty shell, its session belongs to datacoord
		}
		c, err := newCoordinator(shared, role, written)
		if err != nil {
			return err
		}
		coordinators = append(coordinators, c)
	}
	if err := serve(settings, coordinators, shared.serverID); err != nil {
		return err
	}
	for _, c := range coordinators {
		go c.run()
	}
	awaitStop(signals, coordinators, traits)
	go endBySecondInterrupt(signals)
	stopAll(settings, coordinators)
	return nil
}

func whichVersion() (version, error) {
	text := os.Getenv("MILVUS_STANDIN_VERSION")
	if text == "" {
		baked, err := os.ReadFile("/milvus/version")
		if err != nil {
			return version{}, fmt.Errorf("MILVUS_STANDIN_VERSION is not set: %w", err)
		}
		text = string(baked)
	}
	return parseVersion(text)
}

func configDir() string {
	if dir := os.Getenv("MILVUSCONF"); dir != "" {
		return dir
	}
	return "/milvus/configs"
}

// connect waits for etcd and takes a ServerID. An unknown endpoint is not an error at once: Milvus tries 100 times.
func connect(settings config, release version, traits profile) (*process, error) {
	client, err := settings.etcdClient()
	if err != nil {
		return nil, err
	}
	hostName, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("reading the host name: %w", err)
	}
	shared := &process{
		client: client, config: settings, profile: traits, version: release, root: settings.sessionRoot(), hostName: hostName,
	}
	err = retry(context.Background(), 100, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		id, err := nextServerID(ctx, client, shared.root)
		if err != nil {
			warn("Session try to connect to etcd", "error", err)
			return err
		}
		shared.serverID = id
		return nil
	})
	return shared, err
}

// serve opens the metrics port and, for each role, its gRPC port, which only accepts: nobody talks gRPC here.
func serve(settings config, coordinators []*coordinator, serverID int64) error {
	listener, err := net.Listen("tcp", ":"+settings.text("METRICS_PORT", "9091"))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: httpHandler(coordinators, serverID), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			warn("http server ended", "error", err)
		}
	}()
	for _, c := range coordinators {
		_, port, err := net.SplitHostPort(c.session.address)
		if err != nil {
			warn("no usable port", "role", c.role, "address", c.session.address, "error", err)
			continue
		}
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			continue
		}
		grpc, err := net.Listen("tcp", c.session.address)
		if err != nil {
			return err
		}
		go acceptOnly(grpc)
	}
	return nil
}

func acceptOnly(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		_ = connection.Close()
	}
}

// awaitStop returns at the first signal that this generation obeys: up to 2.3.13 a standby is not yet done starting
// and does not stop on a single SIGTERM.
func awaitStop(signals <-chan os.Signal, coordinators []*coordinator, traits profile) {
	ignoredOne := false
	for received := range signals {
		waiting := func(c *coordinator) bool { return c.state() == standBy }
		if traits.promotionInRegister && !ignoredOne && slices.ContainsFunc(coordinators, waiting) {
			ignoredOne = true
			warn("still registering, the signal is not obeyed", "signal", received)
			continue
		}
		info("get signal to exit", "signal", received)
		return
	}
}

func endBySecondInterrupt(signals <-chan os.Signal) {
	for received := range signals {
		if received == os.Interrupt {
			os.Exit(1)
		}
	}
}

// stopAll stops the roles side by side. One that takes longer than its gracefulStopTimeout ends the process with
// code 1 and without giving back its lease (2.3 on).
func stopAll(settings config, coordinators []*coordinator) {
	delay := settings.millis("MILVUS_STANDIN_STOP_DELAY_MS", 0)
	var all sync.WaitGroup
	for _, c := range coordinators {
		all.Go(func() {
			limit := time.Duration(settings.number(configPrefix[c.role]+".gracefulStopTimeout", 5)) * time.Second
			force := time.AfterFunc(limit, func() {
				warn("stop progress timeout, force exit", "role", c.role)
				os.Exit(1)
			})
			defer force.Stop()
			c.stop(delay)
		})
	}
	all.Wait()
	info("Milvus components graceful stop done")
}
