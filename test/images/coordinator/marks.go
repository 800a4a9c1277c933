package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// marks writes the machine's monotonic clock to a file every 10 ms while at least one role works as ACTIVE, one
// nanosecond count per line. Two files whose spans overlap are two coordinators at work at once. All containers of a
// machine share that clock.
type marks struct {
	mu      sync.Mutex
	dir     string // empty: nothing is ever written
	file    *os.File
	working int
	stop    chan struct{}
}

const markEvery = 10 * time.Millisecond

// begin and end bracket one role's work as ACTIVE. The first of them makes `<hostname>-<serverID>.marks`.
func (m *marks) begin(hostName string, serverID int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.working++
	if m.dir != "" && m.file == nil {
		name := filepath.Join(m.dir, fmt.Sprintf("%s-%d.marks", hostName, serverID))
		file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return fmt.Errorf("opening the file of marks: %w", err)
		}
		m.file = file
	}
	if m.working == 1 && m.file != nil {
		m.stop = make(chan struct{})
		m.mark(nil)
		go m.run(m.stop)
	}
	return nil
}

func (m *marks) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.working--
	if m.working == 0 && m.file != nil {
		close(m.stop)
		m.mark(nil)
	}
}

func (m *marks) run(stop <-chan struct{}) {
	ticker := time.NewTicker(markEvery)
	defer ticker.Stop()
	line := make([]byte, 0, 32)
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			m.mark(line)
		}
	}
}

// mark appends one line, unbuffered, so that it survives kill -9.
func (m *marks) mark(line []byte) {
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) != nil {
		return
	}
	line = strconv.AppendInt(line[:0], now.Nano(), 10)
	_, _ = m.file.Write(append(line, '\n'))
}
