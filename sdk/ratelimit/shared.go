package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// What a counter may cost: how long one question may take, how long a counter that failed is left
// alone, and how many questions that it never came back from are too many.
const (
	patience = time.Second
	pause    = 5 * time.Second
	maxHung  = 16
)

// shared is the counter of several processes. A nil one is none.
type shared struct {
	counter   Counter
	processes int
	logger    *slog.Logger
	hung      atomic.Int32

	// Guarded by the limiter's lock.
	failing bool
	retryAt time.Time // while it is failing
}

// works reports whether to ask the counter now.
func (s *shared) works(now time.Time) bool {
	return s != nil && (!s.failing || !now.Before(s.retryAt))
}

// take asks the counter, and waits no longer than its patience, whatever the counter does.
func (s *shared) take(limits []Limit) ([]time.Duration, error) {
	if s.hung.Load() >= maxHung {
		return nil, errors.New("the counter does not return from earlier calls")
	}
	type reply struct {
		waits []time.Duration
		err   error
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	replies := make(chan reply, 1)
	s.hung.Add(1)
	go func() {
		defer s.hung.Add(-1)
		waits, err := s.ask(ctx, limits)
		replies <- reply{waits, err}
	}()
	select {
	case r := <-replies:
		return r.waits, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("no result within %s: %w", patience, ctx.Err())
	}
}

// ask makes a counter that panics, or returns what cannot be, one that failed.
func (s *shared) ask(ctx context.Context, limits []Limit) (waits []time.Duration, err error) {
	defer func() {
		if r := recover(); r != nil {
			waits, err = nil, fmt.Errorf("the counter panicked: %v", r)
		}
	}()
	waits, err = s.counter.Take(ctx, limits...)
	if err != nil || waits == nil {
		return nil, err
	}
	if len(waits) != len(limits) {
		return nil, fmt.Errorf("the counter returned %d waits for %d limits", len(waits), len(limits))
	}
	full := false
	for i, limit := range limits {
		waits[i] = min(waits[i], limit.Window) // after which every limit has had room
		full = full || waits[i] > 0
	}
	if !full {
		return nil, errors.New("the counter did not count a call for which all limits have room")
	}
	return waits, nil
}

// note remembers whether the counter works, and logs when that changes.
func (s *shared) note(err error, now time.Time) {
	failed := err != nil
	if failed {
		s.retryAt = now.Add(pause)
	}
	if failed == s.failing {
		return
	}
	s.failing = failed
	switch {
	case s.logger == nil:
	case failed:
		s.logger.Warn("the counter of the rate limits failed: this process keeps to its part of them", "error", err, "processes", s.processes)
	default:
		s.logger.Info("the counter of the rate limits is back")
	}
}

// part is what the process keeps to while the counter does not work.
func (s *shared) part(limits []Limit) []Limit {
	if s == nil {
		return limits
	}
	for i := range limits {
		limits[i].Max = max(limits[i].Max/s.processes, 1)
	}
	return limits
}

// cap shortens waits to when the counter is asked again.
func (s *shared) cap(waits []time.Duration, now time.Time) []time.Duration {
	if s == nil {
		return waits
	}
	for i := range waits {
		waits[i] = min(waits[i], s.retryAt.Sub(now))
	}
	return waits
}
