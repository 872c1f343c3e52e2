package webhooks

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/jitter"
)

// A claim is one that a [Handler] takes, keeps while the function runs, and settles.
//
// Each of its steps may be done twice, because the claim has one token from the first to the last.
// So a step that failed is tried again until its time is up: a database that restarts, or a
// connection that is lost with the response, costs a pause and not the event, and not its work
// twice.
type claim struct {
	store      Store
	key, token string
	lease      time.Duration
}

const (
	// settleWithin is how long a claim is tried to be completed after its function has succeeded.
	settleWithin = 10 * time.Second
	// stepWithin is how long the store may take for one try. Another connection may be better.
	stepWithin = 2 * time.Second
	// The first and the longest pause between two tries.
	firstPause   = 20 * time.Millisecond
	longestPause = 500 * time.Millisecond
)

// take claims the event, within half of the time that is left for its work.
func (c claim) take(ctx context.Context) (state State, err error) {
	deadline, _ := ctx.Deadline()
	err = c.patiently(ctx, time.Now().Add(time.Until(deadline)/2), func(ctx context.Context) (err error) {
		state, err = c.store.Claim(ctx, c.key, c.token, c.lease)
		return err
	})
	if err != nil { // perhaps it was claimed, and only the response is missing
		_ = c.try(context.WithoutCancel(ctx), time.Now().Add(stepWithin), func(ctx context.Context) error { return c.store.Release(ctx, c.key, c.token) })
	}
	return state, err
}

// complete marks the event as done. It is not stopped by the end of the function's time.
func (c claim) complete(ctx context.Context) error {
	return c.patiently(context.WithoutCancel(ctx), time.Now().Add(settleWithin), func(ctx context.Context) error { return c.store.Complete(ctx, c.key, c.token) })
}

// release frees the event for its next delivery, unless the end of the lease does so earlier.
func (c claim) release(ctx context.Context) error {
	err := c.patiently(context.WithoutCancel(ctx), time.Now().Add(c.lease), func(ctx context.Context) error { return c.store.Release(ctx, c.key, c.token) })
	if err != nil {
		return fmt.Errorf("webhooks: the store failed to release the claim, which is free again when its lease ends: %w", err)
	}
	return nil
}

// keep extends the lease until stop is called, for as long as the function runs. The context that
// it returns ends when the claim is lost, or when the store could not be reached for a whole lease,
// after which another process may have the event.
func (c claim) keep(ctx context.Context) (working context.Context, stop func()) {
	working, lost := context.WithCancelCause(ctx)
	keeping, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ends := time.Now().Add(c.lease)
	first := time.AfterFunc(c.lease/2, func() { c.extendUntilDone(keeping, ends, lost) })
	return working, func() {
		first.Stop()
		cancel()
		lost(nil)
	}
}

func (c claim) extendUntilDone(ctx context.Context, ends time.Time, lost context.CancelCauseFunc) {
	for {
		asked := time.Now()
		err := c.extend(ctx, ends)
		ends = asked.Add(c.lease)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, ErrClaimLost):
			lost(err)
			return
		case err != nil: // go on: the function may not listen, and perhaps nobody else came
			lost(fmt.Errorf("%w (the store failed to extend the lease: %w)", ErrClaimLost, err))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(ends) - c.lease/2):
		}
	}
}

// extend tries until the lease ends.
func (c claim) extend(ctx context.Context, ends time.Time) error {
	return c.patiently(ctx, ends, func(ctx context.Context) error { return c.store.Extend(ctx, c.key, c.token, c.lease) })
}

// patiently tries a step until it succeeds, until its error says that another try is of no use, or
// until its time is up or the context ends.
func (c claim) patiently(ctx context.Context, until time.Time, step func(context.Context) error) error {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := c.try(ctx, until, step)
		if err == nil || isFinal(err) || ctx.Err() != nil {
			return err
		}
		left := time.Until(until)
		if left <= 0 {
			return err
		}
		timer := time.NewTimer(min(pause/2+jitter.UpTo(ctx, pause), left))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
		if !time.Now().Before(until) {
			return err
		}
	}
}

func isFinal(err error) bool {
	return errors.Is(err, ErrClaimLost) || errors.Is(err, ErrInvalidLease) || errors.Is(err, ErrInvalidToken) || errors.Is(err, errStorePanicked)
}

var errStorePanicked = errors.New("webhooks: the store panicked")

// try has one context with a timer of its own, which ends after stepWithin or when the time is up.
// Nobody waits for memory.
func (c claim) try(ctx context.Context, until time.Time, step func(context.Context) error) (err error) {
	if _, inMemory := c.store.(*MemoryStore); !inMemory {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, min(stepWithin, time.Until(until)))
		defer cancel()
	}
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: %v\n%s", errStorePanicked, v, debug.Stack())
		}
	}()
	return step(ctx)
}
