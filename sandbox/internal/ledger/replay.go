package ledger

import (
	"crypto/sha256"
	"errors"
	"time"
)

// Idempotency is the idempotency key of a create, and what it stands for. Without a key nothing is
// replayed.
type Idempotency struct {
	MerchantID string
	Key        string
	Body       []byte        // of the request, in one spelling
	Retention  time.Duration // how long the key is remembered
}

// ErrKeyReused means that an idempotency key was used before, with another body.
var ErrKeyReused = errors.New("the idempotency key was used with another body")

// A replay is the session that an idempotency key stands for.
type replay struct {
	body  [sha256.Size]byte // its hash
	made  *record
	until time.Time
}

// replayLocked finds the session that a key stands for; nil when it stands for none.
func (l *Ledger) replayLocked(key Idempotency, now time.Time) (*record, error) {
	if key.Key == "" {
		return nil, nil
	}
	r, found := l.sessions.replays[key.scoped()]
	switch {
	case !found || !now.Before(r.until):
		return nil, nil
	case r.body != sha256.Sum256(key.Body):
		return nil, ErrKeyReused
	}
	return r.made, nil
}

func (l *Ledger) keepReplayLocked(key Idempotency, x *record, now time.Time) {
	if key.Key == "" {
		return
	}
	x.replayKey = key.scoped()
	l.sessions.replays[x.replayKey] = replay{body: sha256.Sum256(key.Body), made: x, until: now.Add(key.Retention)}
}

// scoped is the key among those of all merchants.
func (k Idempotency) scoped() string { return k.MerchantID + " " + k.Key }
