package main

import (
	"context"
	"time"
)

// retry calls fn up to attempts times, with Milvus' pauses: 200 ms, doubled up to 3 s.
func retry(ctx context.Context, attempts int, fn func() error) error {
	pause := 200 * time.Millisecond
	var err error
	for range attempts {
		if err = fn(); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause = min(2*pause, 3*time.Second)
	}
	return err
}
