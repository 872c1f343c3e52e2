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
// may be called concurrently for different events. It must stop when its context ends: the time for
// a response is up (see [WithTimeout]), or the claim was lost, which [context.Cause] then says
// ([ErrClaimLost]).
type EventFunc func(ctx context.Context, event Event) error

// A processor is the acceptor that does an event's work on the spot: it claims the dedupe key,
// calls the function while it keeps the lease alive, and completes the claim, or releases it when
// the function failed, so that the next delivery does the work.
type processor struct {
	work  EventFunc
	store Store
	lease time.Duration
}

// defaultLease is short because nobody can work on an event for that long after its holder crashed,
// and Vora delivers 0, 1, 6 and 31 seconds after the event, and never again.
const defaultLease = 3 * time.Second

var errNotCompleted = errors.New("webhooks: the store failed to complete the claim")

func (p *processor) Accept(ctx context.Context, event Event) (Acceptance, error) {
	c := claim{store: p.store, key: event.Info().DedupeKey, token: NewToken(), lease: p.lease}
	state, err := c.take(ctx)
	switch {
	case err != nil:
		return Acceptance{Status: AcceptanceNotNow}, fmt.Errorf("webhooks: the store failed to claim the event: %w", err)
	case state == StateDone:
		return Acceptance{Status: AcceptanceDuplicate}, nil
	case state == StateInFlight:
		return Acceptance{Status: AcceptanceInFlight}, nil
	case state != StateNew:
		return Acceptance{Status: AcceptanceNotNow}, fmt.Errorf("webhooks: the store returned %s for a claim, which is not a state", state)
	}
	working, stop := c.keep(ContextWithClaim(ctx, c.key, c.token))
	defer stop()
	if err := p.workUnder(working, c, stop, event); err != nil {
		return Acceptance{}, err
	}
	if err := c.complete(ctx); err != nil {
		err = fmt.Errorf("%w: %w", errNotCompleted, err)
		if errors.Is(err, errStorePanicked) {
			return Acceptance{Status: AcceptanceNotNow}, err
		}
		return Acceptance{}, err
	}
	return Acceptance{Status: AcceptanceDone}, nil
}

// workUnder calls the function under a claim, which it releases when the function fails, panics or
// ends its goroutine.
func (p *processor) workUnder(ctx context.Context, c claim, stop func(), event Event) (err error) {
	succeeded := false
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("webhooks: the function panicked: %v\n%s", v, debug.Stack())
		}
		if !succeeded {
			stop()
			err = errors.Join(err, c.release(ctx))
		}
	}()
	err = p.work(ctx, event)
	succeeded = err == nil
	if cause := context.Cause(ctx); !succeeded && errors.Is(cause, ErrClaimLost) {
		err = errors.Join(err, cause)
	}
	return err
}
