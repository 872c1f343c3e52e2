// Package await marks points at which a goroutine has waited for another one and goes on, so that
// a simulation can decide who goes first. Nothing happens there otherwise.
package await

import "context"

type gateKey struct{}

// With returns a context in which a function is called at each point. It may end the goroutine.
func With(ctx context.Context, gate func(ctx context.Context, label string)) context.Context {
	return context.WithValue(ctx, gateKey{}, gate)
}

// Point is passed by a goroutine that holds no lock, right after it has waited.
func Point(ctx context.Context, label string) {
	if gate, ok := ctx.Value(gateKey{}).(func(context.Context, string)); ok {
		gate(ctx, label)
	}
}
