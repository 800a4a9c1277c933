// Command milvus stands in for Milvus' coordinators in tests: it registers, waits, takes over, stops and dies as the
// session code of a given Milvus release does, and does nothing else. It is called as Milvus is,
// `milvus run rootcoord`, and reads Milvus' own settings (config.go) and, for tests:
//
//	MILVUS_STANDIN_VERSION        which release to be, "2.5.10"; else the text of /milvus/version
//	MILVUS_STANDIN_ACTIVATION_MS  how long taking over lasts, /healthz answers 500 meanwhile (200)
//	MILVUS_STANDIN_STOP_DELAY_MS  how long an ACTIVE takes from SIGTERM to giving back its lease (0)
//	MILVUS_STANDIN_STOP_HANGS     "false": a rootcoord of 2.3.3 to 2.3.13 ends its stop, as it may beside proxies
//	MILVUS_STANDIN_ALONE          "true": a querycoord does not wait for the other roles
//	MILVUS_STANDIN_MARKS_DIR      where to write marks while ACTIVE (marks.go); none if not set
//	MILVUS_STANDIN_NO_TAKEOVER    "true": register and stand by, and never take the role
//	MILVUS_STANDIN_FAIL           "exit1": end with code 1 at once, a release that cannot start
//
// On SIGUSR1 it takes memory until a limit ends it (memory.go).
package main

import (
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

	if traits.kvSubPathNeeded && settings.lacksKvSubPath(os.Environ()) {
		traits.panic("key not found: etcd.kvSubPath")
	}
	shared, err := connect(settings, release, traits)
	if err != nil {
		return err
	}
	written := &marks{dir: os.Getenv("MILVUS_STANDIN_MARKS_DIR")}
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
	serveMetrics(settings, httpHandler(coordinators, slices.Contains(roles, indexCoord), traits))
	for _, c := range coordinators {
		c.listen()
	}
	var started sync.WaitGroup
	for _, c := range coordinators {
		started.Go(c.run)
	}
	awaitStop(signals, &started, traits)
	go endBySecondInterrupt(signals)
	stopAll(settings, coordinators, traits)
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

// connect makes the client of etcd; whether there is one shows when a server ID is taken.
func connect(settings config, release version, traits profile) (*process, error) {
	client, err := settings.etcdClient()
	if err != nil {
		return nil, err
	}
	hostName, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("reading the host name: %w", err)
	}
	return &process{
		client: client, config: settings, profile: traits, version: release, root: settings.sessionRoot(), hostName: hostName,
	}, nil
}

// serveMetrics opens the metrics port. Milvus goes on without it where the port is taken.
func serveMetrics(settings config, handler http.Handler) {
	listener, err := net.Listen("tcp", ":"+settings.text("METRICS_PORT", "9091"))
	if err != nil {
		logLine("ERROR", "handle metrics failed", "error", err)
		return
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			warn("http server ended", "error", err)
		}
	}()
}

// listen opens the role's gRPC port, which only accepts: nobody talks gRPC here. Milvus panics where it is taken.
func (c *coordinator) listen() {
	_, port, err := net.SplitHostPort(c.session.address)
	if err != nil {
		warn("no usable port", "role", c.role, "address", c.session.address, "error", err)
		return
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return
	}
	if c.listener, err = net.Listen("tcp", ":"+port); err != nil {
		c.session.profile.panic(err)
	}
	go acceptOnly(c.listener)
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

// awaitStop returns once this generation obeys a signal.
func awaitStop(signals <-chan os.Signal, started *sync.WaitGroup, traits profile) {
	received := <-signals
	warn("Get signal to exit", "signal", received)
	if traits.secondStopKills {
		signal.Reset(syscall.SIGHUP, syscall.SIGTERM, syscall.SIGQUIT)
	}
	if traits.stopWaitsForRole {
		started.Wait()
	}
}

func endBySecondInterrupt(signals <-chan os.Signal) {
	for received := range signals {
		if received == os.Interrupt {
			os.Exit(1)
		}
	}
}

// stopAll stops the roles one by one. From 2.4 on one that takes longer than its gracefulStopTimeout ends the process
// with code 1 and without giving back its lease.
func stopAll(settings config, coordinators []*coordinator, traits profile) {
	delay := settings.millis("MILVUS_STANDIN_STOP_DELAY_MS", 0)
	for _, c := range coordinators {
		if !traits.forcesExit {
			c.stop(delay)
			continue
		}
		limit := time.Duration(settings.number(configPrefix[c.role]+".gracefulStopTimeout", 5)) * time.Second
		force := time.AfterFunc(limit, func() {
			warn("stop progress timeout, force exit", "role", c.role)
			os.Exit(1)
		})
		c.stop(delay)
		force.Stop()
	}
	info("Milvus components graceful stop done")
}
