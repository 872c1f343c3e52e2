package webhooks

import "context"

type claimKey struct{}

type heldClaim struct{ key, token string }

// ClaimFrom is the claim under which a [Handler] called its [EventFunc], for a function that
// completes it itself, together with its own work: see CompleteTx of package sqlstore. The handler
// completes it once more, which changes nothing. It is false outside of a handler.
func ClaimFrom(ctx context.Context) (key, token string, ok bool) {
	held, ok := ctx.Value(claimKey{}).(heldClaim)
	return held.key, held.token, ok
}

// ContextWithClaim is a context for [ClaimFrom]: for tests of an [EventFunc], and for code that
// stands in for a [Handler].
func ContextWithClaim(ctx context.Context, key, token string) context.Context {
	return context.WithValue(ctx, claimKey{}, heldClaim{key, token})
}
