package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

// queueing asks limiters for a turn that does not come in time.
func queueing(ctx context.Context) (*contest, error) {
	c := &contest{name: "rate limiter, a call that comes too late", about: "A call asks for its turn, and is told at once that it does not come in time; the floor has one call in line."}
	for _, line := range []struct {
		name, goal string
		calls      int
	}{{"floor: 1 in line", "", 1}, {"1,000 in line", "", 1000}, {"3,000 in line", "≤ 10 µs", 3000}} {
		limiter, leave, err := inLine(ctx, line.calls)
		c.cleanup = append(c.cleanup, leave)
		if err != nil {
			return c, err
		}
		c.entrants = append(c.entrants, entrant{name: line.name, goal: line.goal, do: func(int) error {
			soon, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			if err := limiter.Wait(soon, create("newcomer")); !errors.Is(err, sdk.CodeRateLimitExceeded) {
				return fmt.Errorf("the call was not told: %w", err)
			}
			return nil
		}})
	}
	return c, nil
}

func create(key string) sdk.LimitedCall {
	return sdk.LimitedCall{Gateway: sdk.GatewayVora, Operation: "vora.CreateSession", Kind: sdk.LimitCreate, KeyID: key}
}

// inLine is a limiter whose minute is used up, with calls in line at it.
func inLine(ctx context.Context, calls int) (limiter *ratelimit.Limiter, leave func(), err error) {
	limiter = ratelimit.New()
	waitingCtx, cancel := context.WithCancel(ctx)
	var joining, waiting sync.WaitGroup
	leave = func() {
		cancel()
		waiting.Wait()
	}
	for range 10 {
		if err := limiter.Wait(ctx, create("first")); err != nil {
			return nil, leave, err
		}
	}
	for n := range calls {
		joining.Add(1)
		waiting.Go(func() {
			_ = limiter.Wait(&signalling{Context: waitingCtx, joined: joining.Done}, create(fmt.Sprint("key ", n%100)))
		})
	}
	joining.Wait()
	return limiter, leave, nil
}

// A signalling context says when it is waited for, which is when its call is in line.
type signalling struct {
	context.Context
	joined func()
	once   sync.Once
}

func (c *signalling) Done() <-chan struct{} {
	c.once.Do(c.joined)
	return c.Context.Done()
}
