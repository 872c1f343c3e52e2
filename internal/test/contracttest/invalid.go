package contracttest

import "context"

type invalidKey struct{}

// Invalid marks the requests of a context as wrong on purpose: they are not checked, their
// responses are.
//
// A context does not travel to another server, so this reaches [Contract.Transport], and what
// [Contract.Handler] and [Contract.Deliveries] are called with in the same process.
func Invalid(ctx context.Context) context.Context {
	return context.WithValue(ctx, invalidKey{}, true)
}

func onPurpose(ctx context.Context) bool { return ctx.Value(invalidKey{}) != nil }
