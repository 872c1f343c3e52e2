package tenants

import (
	"errors"
	"sync"
	"time"
)

// How many merchants that nobody knows are looked up in the store: a hundred a second, and a
// thousand at once.
const (
	missesPerSecond = 100
	maxMisses       = 1000
)

// misses bound what a flood of forged events costs, each for another merchant. Look-ups that find a
// tenant are not counted. Beyond the bound nobody is looked up whom the cache has never had: the
// response is that to a wrong signature, and an authentic event is accepted when the gateway
// delivers it again after the flood. Tenants in the cache are loaded again however old they are.
type misses struct {
	mu    sync.Mutex
	left  float64
	since time.Time
}

// errTooManyMisses is of a look-up beyond the bound. It says nothing about the tenant: whoever
// waits for the same look-up for another reason makes its own.
var errTooManyMisses = errors.New("tenants: too many unknown merchants were looked up")

func newMisses() *misses { return &misses{left: maxMisses} }

func (m *misses) allowed(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.since.IsZero() {
		m.left = min(m.left+max(now.Sub(m.since), 0).Seconds()*missesPerSecond, maxMisses)
	}
	m.since = now
	return m.left >= 1
}

func (m *misses) count() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left--
}
