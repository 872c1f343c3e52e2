package inbox

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Stats say how an inbox is. Export them as metrics, or look at [Inbox.Health].
type Stats struct {
	Waiting     int       // events, those that failed and will be tried again among them
	Quarantined int       // events
	Oldest      time.Time // when the oldest of those that wait was received; zero when none waits

	// PreviousKey counts the events that this process has accepted and whose signing key has an
	// expiry: their gateway is not using the next key yet.
	PreviousKey int64
}

// Stats asks the database, at a cost that does not grow with the events that are done.
func (b *Inbox[TTx]) Stats(ctx context.Context) (Stats, error) {
	s, err := b.db.Stats(ctx)
	s.PreviousKey = b.previousKey.Load()
	return s, err
}

// Stats are those of all processes, so that PreviousKey is 0.
func (d *Database[TTx]) Stats(ctx context.Context) (s Stats, err error) {
	err = d.within(ctx, acceptSide, func(tx TTx) error {
		return d.rows(ctx, tx, d.say.counts, nil, func(scan scanner) error {
			var oldest int64
			if err := scan(&s.Waiting, &s.Quarantined, &oldest); err != nil {
				return err
			}
			if oldest > 0 {
				s.Oldest = time.UnixMicro(oldest).UTC()
			}
			return nil
		})
	})
	return s, err
}

// counting counts the events of keys that expire.
func (b *Inbox[TTx]) counting(accept webhooks.Acceptor) webhooks.Acceptor {
	return acceptorFunc(func(ctx context.Context, event webhooks.Event) (webhooks.Acceptance, error) {
		acceptance, err := accept.Accept(ctx, event)
		if err == nil && acceptance.Status == webhooks.AcceptanceDone && !event.Info().KeyExpires.IsZero() {
			b.previousKey.Add(1)
		}
		return acceptance, err
	})
}

type acceptorFunc func(context.Context, webhooks.Event) (webhooks.Acceptance, error)

func (f acceptorFunc) Accept(ctx context.Context, event webhooks.Event) (webhooks.Acceptance, error) {
	return f(ctx, event)
}

// A health is the body of [Inbox.Health].
type health struct {
	Status        string  `json:"status"` // "ok", "behind" or "unreachable"
	Waiting       int     `json:"waiting"`
	Quarantined   int     `json:"quarantined"`
	OldestSeconds float64 `json:"oldestSeconds"` // since the oldest of those that wait was received
}

// Health responds with JSON and 200, or with 503 when an event has waited for longer than maxAge,
// or the database cannot be reached within two seconds. Quarantined events are counted, and do not
// change the status: another process would not process them either.
func (b *Inbox[TTx]) Health(maxAge time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		now := time.Now()
		body, status := health{Status: "ok"}, http.StatusOK
		stats, err := b.db.Stats(ctx)
		if !stats.Oldest.IsZero() {
			body.OldestSeconds = now.Sub(stats.Oldest).Seconds()
		}
		body.Waiting, body.Quarantined = stats.Waiting, stats.Quarantined
		switch {
		case err != nil:
			body.Status, status = "unreachable", http.StatusServiceUnavailable
		case !stats.Oldest.IsZero() && now.Sub(stats.Oldest) > maxAge:
			body.Status, status = "behind", http.StatusServiceUnavailable
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body) // nobody is left to be told
	})
}
