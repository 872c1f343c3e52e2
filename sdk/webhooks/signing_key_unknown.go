package webhooks

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
)

// The look-ups that are remembered to have found nobody. The time is shorter than the second after
// which a gateway delivers again: a session that was stored a moment too late is found then.
const (
	unknownFor = 500 * time.Millisecond
	maxUnknown = 4096
)

// unknownHints are what a key source did not know a moment ago, so that a flood of forgeries for
// the same merchant or session costs two look-ups a second and not one each. There are no more of
// them than maxUnknown; then all are forgotten, which costs look-ups and nothing else.
type unknownHints struct {
	mu    sync.Mutex
	until map[KeyHint]time.Time
}

// keysFor asks the key source, unless it did not know the session or merchant a moment ago.
func (v *Verifier) keysFor(ctx context.Context, hint KeyHint) ([]SigningKey, error) {
	if v.unknown.has(hint) {
		return nil, ErrUnknownMerchant
	}
	keys, err := v.keys.Keys(ctx, hint)
	if errors.Is(err, ErrUnknownMerchant) {
		v.unknown.add(hint)
	}
	return keys, err
}

func (u *unknownHints) has(hint KeyHint) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	until, known := u.until[hint]
	if known && !time.Now().Before(until) {
		delete(u.until, hint)
		return false
	}
	return known
}

func (u *unknownHints) add(hint KeyHint) {
	const maxHint = 1 << 10 // of a stranger's choice
	if len(hint.SessionID)+len(hint.MerchantID)+len(hint.Path)+len(hint.RawQuery) > maxHint {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.until == nil || len(u.until) >= maxUnknown {
		u.until = map[KeyHint]time.Time{}
	}
	// Its strings are parts of the body, and would keep all of it.
	hint.SessionID, hint.MerchantID = strings.Clone(hint.SessionID), strings.Clone(hint.MerchantID)
	hint.Path, hint.RawQuery = strings.Clone(hint.Path), strings.Clone(hint.RawQuery)
	u.until[hint] = time.Now().Add(unknownFor)
}
