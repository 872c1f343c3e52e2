package webhooks

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// expiresSoon is when a key that still verifies deliveries is worth a warning: half of the 24 hours
// for which a gateway keeps a key that was rotated out, so that a rotation that goes well causes
// none.
const expiresSoon = 12 * time.Hour

// maxKeyExpiries is how many keys are remembered as warned about. A warning that is repeated is
// better than a map that grows with the merchants.
const maxKeyExpiries = 1024

// keyExpiries are the keys that the log was warned of.
type keyExpiries struct {
	mu     sync.Mutex
	warned map[expiringKey]bool
}

type expiringKey struct {
	key, merchant string
	at            int64
}

// first reports whether this is the first time that the key comes up.
func (e *keyExpiries) first(one expiringKey) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.warned[one] {
		return false
	}
	if e.warned == nil || len(e.warned) >= maxKeyExpiries {
		e.warned = map[expiringKey]bool{}
	}
	e.warned[one] = true
	return true
}

// warnOfExpiry says once per key that the gateway still signs with one that is about to expire.
func (h *Handler) warnOfExpiry(ctx context.Context, info *EventInfo) {
	left := info.KeyExpires.Sub(info.ReceivedAt)
	if info.KeyExpires.IsZero() || left > expiresSoon || !h.logger.Enabled(ctx, slog.LevelWarn) ||
		!h.expiring.first(expiringKey{info.KeyName, info.MerchantID, info.KeyExpires.UnixNano()}) {
		return
	}
	h.logger.LogAttrs(ctx, slog.LevelWarn, "webhook was signed with a key that expires soon; its deliveries are rejected from then on",
		slog.String("scheme", string(info.Scheme)), slog.String("key", info.KeyName), slog.Time("expires", info.KeyExpires))
}
