package webhooks

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// expiresSoon is when a key that still verifies deliveries is worth a warning: half of the 24 hours for which a gateway
// keeps a key that was rotated out, so that a rotation that goes well causes none.
const expiresSoon = 12 * time.Hour

// mostExpiries is how many keys are remembered as warned about. A warning that is repeated is better than a map that
// grows with the merchants.
const mostExpiries = 1024

// expiries are the keys that the log was warned of.
type expiries struct {
	mu     sync.Mutex
	warned map[expiring]bool
}

type expiring struct {
	key, merchant string
	at            int64
}

// first tells whether this is the first time that the key comes up.
func (e *expiries) first(one expiring) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.warned[one] {
		return false
	}
	if e.warned == nil || len(e.warned) >= mostExpiries {
		e.warned = map[expiring]bool{}
	}
	e.warned[one] = true
	return true
}

// warnOfExpiry says once per key that the gateway still signs with one that is about to stop counting.
func (h *Handler) warnOfExpiry(ctx context.Context, info *EventInfo, now time.Time) {
	left := info.KeyExpires.Sub(now)
	if info.KeyExpires.IsZero() || left > expiresSoon || !h.logger.Enabled(ctx, slog.LevelWarn) ||
		!h.expiring.first(expiring{info.KeyName, info.MerchantID, info.KeyExpires.UnixNano()}) {
		return
	}
	h.logger.LogAttrs(ctx, slog.LevelWarn, "webhook was signed with a key that expires soon; its deliveries are refused from then on",
		slog.String("scheme", string(info.Scheme)), slog.String("key", info.KeyName), slog.Time("expires", info.KeyExpires))
}
