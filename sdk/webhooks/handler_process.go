package webhooks

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// An EventFunc does the work of an event. When it returns nil the event is acknowledged and never
// given to it again; when it returns an error, or panics, the gateway delivers the event again. It
// may be called concurrently for different events, and must stop when its context ends, which
// leaves time to respond within the gateway's 10 seconds.
type EventFunc func(ctx context.Context, event Event) error

// A processor is the acceptor that does an event's work on the spot: it claims the dedupe key,
// calls the function, and completes the claim, or releases it when the function failed, so that the
// next delivery does the work.
type processor struct {
	work    EventFunc
	store   Store
	timeout time.Duration // of the function
}

// settleWithin is how long the store may take to complete or release a claim after the function's
// time is up. The lease ends with it: should this process crash, the claim must be free again
// before the gateway's last delivery.
const settleWithin = 10 * time.Second

func (p *processor) lease() time.Duration { return p.timeout + settleWithin }

var errNotCompleted = errors.New("webhooks: the store failed to complete the claim")

func (p *processor) Accept(ctx context.Context, event Event) (Acceptance, error) {
	key := event.Info().DedupeKey
	claim, err := p.store.Claim(ctx, key, p.lease())
	switch {
	case err != nil:
		return Acceptance{Status: AcceptanceNotNow}, fmt.Errorf("webhooks: the store failed to claim the event: %w", err)
	case claim.State == StateDone:
		return Acceptance{Status: AcceptanceDuplicate}, nil
	case claim.State == StateInFlight:
		return Acceptance{Status: AcceptanceInFlight}, nil
	}
	// The work goes on when the gateway hangs up: half of it would be worse than a response that
	// nobody reads.
	ctx = context.WithoutCancel(ctx)
	if err := p.workUnder(ContextWithClaim(ctx, key, claim.Token), event, claim.Token); err != nil {
		return Acceptance{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	if err := p.store.Complete(ctx, key, claim.Token); err != nil {
		return Acceptance{}, fmt.Errorf("%w: %w", errNotCompleted, err)
	}
	return Acceptance{Status: AcceptanceDone}, nil
}

// workUnder calls the function under a claim, which it releases when the function fails, panics or
// ends its goroutine.
func (p *processor) workUnder(ctx context.Context, event Event, token string) (err error) {
	succeeded := false
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("webhooks: the function panicked: %v\n%s", v, debug.Stack())
		}
		if !succeeded {
			err = errors.Join(err, p.release(ctx, event.Info().DedupeKey, token))
		}
	}()
	timed, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	err = p.work(timed, event)
	succeeded = err == nil
	return err
}

func (p *processor) release(ctx context.Context, key, token string) error {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	if err := p.store.Release(ctx, key, token); err != nil {
		return fmt.Errorf("webhooks: the store failed to release the claim, which is free again when its lease ends: %w", err)
	}
	return nil
}
