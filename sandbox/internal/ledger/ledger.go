// Package ledger holds everything that the sandbox remembers: merchants and their keys, sessions,
// idempotency keys, the journal of requests, deliveries, faults and rate limits. It owns the one
// lock of that state.
//
// It knows no gateway. What a gateway remembers about a session or a delivery beyond the common
// fields stands in Details, which only that gateway reads. A gateway changes a session inside of
// [Ledger.Update]; what follows from the change, an attempt to deliver an event or a later task,
// begins when the lock has been released.
//
// Methods whose name ends in Locked are called with the lock held.
package ledger

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
)

// Config is what a ledger begins with, and the functions that it calls.
type Config struct {
	Executor    *clock.Executor
	Merchants   []control.Merchant
	JournalSize int // max requests in the journal
	Log         *slog.Logger

	// CheckWebhookURL says why no webhook can be delivered to a URL; nil when one can.
	CheckWebhookURL func(target string) error
	// Expired reports the end of a session's lifetime in its gateway's way. Called with the lock
	// held.
	Expired func(tx *Tx)
	// Start begins an attempt to deliver an event. Called without the lock.
	Start func(*Ledger, Attempt)
	// OnChange is called for every change, in order and never twice at once, without the lock; it
	// may be nil.
	OnChange func(control.Change)
}

// A Ledger is the sandbox's state. Safe for concurrent use.
type Ledger struct {
	config  Config
	numbers atomic.Int64 // of requests

	mu         sync.Mutex
	after      []func() // to be called when the lock has been released
	changes    changes
	merchants  []*control.Merchant
	sessions   sessions
	journal    []*control.Request
	buckets    buckets
	faults     []control.Fault
	deliveries deliveries
}

// New returns a ledger.
func New(config Config) *Ledger {
	l := &Ledger{
		config:   config,
		sessions: sessions{byID: map[string]*record{}, replays: map[string]replay{}},
		buckets:  buckets{calls: map[string]bucket{}},
	}
	for _, m := range config.Merchants {
		l.merchants = append(l.merchants, &m)
	}
	return l
}

func (l *Ledger) lock() { l.mu.Lock() }

// unlock releases the lock, calls OnChange for the changes that were made under it, and then begins
// what follows from them.
func (l *Ledger) unlock() {
	after := l.after
	l.after = nil
	changed := len(l.changes.queue) > 0
	l.mu.Unlock()
	if changed {
		l.notify()
	}
	for _, f := range after {
		f()
	}
}

// afterLocked calls f when the lock has been released.
func (l *Ledger) afterLocked(f func()) { l.after = append(l.after, f) }

// logLocked logs when the lock has been released.
func (l *Ledger) logLocked(level slog.Level, message string, args ...any) {
	if l.config.Log.Enabled(context.Background(), level) {
		l.afterLocked(func() { l.config.Log.Log(context.Background(), level, message, args...) })
	}
}
