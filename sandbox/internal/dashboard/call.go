package dashboard

import (
	"fmt"
	"slices"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Call is a request and its retries, recognized by their merchant and idempotency key.
type Call struct {
	Gateway           sdk.Gateway
	Method, Path, Key string

	Attempts []Attempt // oldest first
	Differ   bool      // the attempts' bodies are not the same, as those of one call should be
}

// An Attempt is one request of a call.
type Attempt struct {
	control.Request
	Anchor string // its id in the document, the same for as long as it is shown
}

// Calls groups requests, newest first, by idempotency key. The call with the newest request comes
// first. A request without a key is a call of its own.
func Calls(requests []control.Request) []Call {
	type identity struct {
		gateway                     sdk.Gateway
		merchant, method, path, key string
	}
	var calls []Call
	known := map[identity]int{}
	anchors := anchors(requests)
	for n, r := range requests {
		id := identity{r.Gateway, r.MerchantID, r.Method, r.Path, r.IdempotencyKey}
		i, found := known[id]
		if !found || r.IdempotencyKey == "" {
			i = len(calls)
			known[id] = i
			calls = append(calls, Call{Gateway: r.Gateway, Method: r.Method, Path: r.Path, Key: r.IdempotencyKey})
		}
		c := &calls[i]
		c.Differ = c.Differ || len(c.Attempts) > 0 && c.Attempts[0].Body != r.Body
		c.Attempts = slices.Insert(c.Attempts, 0, Attempt{r, anchors[n]})
	}
	return calls
}

// anchors are ids made of the requests' times, which newer requests do not change.
func anchors(requests []control.Request) []string {
	out := make([]string, len(requests))
	sameTime := map[int64]int{}
	for i, r := range slices.Backward(requests) {
		at := r.At.UnixNano()
		out[i] = fmt.Sprintf("request-%d-%d", at, sameTime[at])
		sameTime[at]++
	}
	return out
}
