package retry

import "sync"

// A Budget bounds retries across requests, so that a gateway that is down is not also flooded. It
// is a token bucket: a retry takes [Cost] tokens, a retry that succeeds gives them back, and every
// request that succeeds at the first attempt gives one. An empty budget stops retries, never first
// attempts.
//
// Safe for concurrent use. Share one between the requests of one client.
type Budget struct {
	mu     sync.Mutex
	tokens int
	size   int
}

// Cost is what a retry takes from a budget.
const Cost = 5

// DefaultBudget is the size of the budget of a client: 100 retries in a row without a success.
const DefaultBudget = 100 * Cost

// NewBudget makes a full budget of size tokens.
func NewBudget(size int) *Budget { return &Budget{tokens: size, size: size} }

// take takes the tokens for one retry; false when there are too few.
func (b *Budget) take() bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < Cost {
		return false
	}
	b.tokens -= Cost
	return true
}

// succeeded returns the tokens that a request has earned that succeeded after some retries.
func (b *Budget) succeeded(retries int) {
	if b == nil {
		return
	}
	earned := 1
	if retries > 0 {
		earned = Cost
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.tokens+earned, b.size)
}
