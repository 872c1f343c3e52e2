package dashboard

import (
	"fmt"
	"slices"
)

// A Call is what a client wanted once: a request and its retries, told by their merchant and idempotency key.
type Call struct {
	Gateway, Method, Path, Key string

	Attempts []Try // in the order in which they came
	Differ   bool  // the attempts' bodies are not the same, as those of one call should be
}

// A Try is one attempt of a call.
type Try struct {
	Request
	Anchor string // its id in the document, the same as long as it is shown
}

// Calls puts requests, newest first, together by idempotency key. The call with the newest request comes first. What has
// no key stands alone.
func Calls(requests []Request) []Call {
	type identity struct{ gateway, merchant, method, path, key string }
	var calls []Call
	known := map[identity]int{}
	sameTime := map[int64]int{}
	anchors := make([]string, len(requests))
	for i, r := range slices.Backward(requests) {
		at := r.At.UnixNano()
		anchors[i] = fmt.Sprintf("request-%d-%d", at, sameTime[at])
		sameTime[at]++
	}
	for n, r := range requests {
		who := identity{r.Gateway, r.Merchant, r.Method, r.Path, r.IdempotencyKey}
		i, found := known[who]
		if !found || r.IdempotencyKey == "" {
			i = len(calls)
			known[who] = i
			calls = append(calls, Call{Gateway: r.Gateway, Method: r.Method, Path: r.Path, Key: r.IdempotencyKey})
		}
		c := &calls[i]
		c.Differ = c.Differ || len(c.Attempts) > 0 && c.Attempts[0].Body != r.Body
		c.Attempts = slices.Insert(c.Attempts, 0, Try{Request: r, Anchor: anchors[n]})
	}
	return calls
}
