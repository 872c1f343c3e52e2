package retry

import "sync"

// A Budget bounds retries across requests, so that a gateway that is down is not also flooded. It is a token bucket:
// a retry takes [Cost] tokens, a retry that leads to success gives them back, and every request that succeeds at once
// gives one. An empty budget refuses retries, never first attempts.
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

// take asks for one retry.
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

// succeeded gives back what a request that succeeded after n retries has earned.
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
