// Package jitter is the random part of waits, which a simulation can decide.
package jitter

import (
	"context"
	"math/rand/v2"
	"time"
)

type drawKey struct{}

// With returns a context in which waits are drawn by a function that returns a number in [0, 1).
func With(ctx context.Context, draw func() float64) context.Context {
	return context.WithValue(ctx, drawKey{}, draw)
}

// UpTo returns a random duration from 0 to less than d, which must be positive.
func UpTo(ctx context.Context, d time.Duration) time.Duration {
	if draw, ok := ctx.Value(drawKey{}).(func() float64); ok {
		return time.Duration(draw() * float64(d))
	}
	return rand.N(d)
}
