package main

import (
	"os"
	"os/signal"
	"syscall"
)

const (
	pageBytes = 4 << 10
	// eatenBytes is more than any test's memory limit and harmless where none is set.
	eatenBytes = 256 << 20
)

// eatMemoryWhenAsked takes memory on SIGUSR1 and keeps it: where a limit is set the kernel's OOM killer ends the process.
func eatMemoryWhenAsked() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	<-asked
	memory := make([]byte, eatenBytes)
	for at := 0; at < len(memory); at += pageBytes {
		memory[at] = 1 // a page costs memory only once it is written
	}
	info("took memory", "bytes", len(memory))
	select {} // nobody gives it back
}
