package charges

import (
	"context"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/jitter"
)

// A Sweeping says when charges are asked about.
type Sweeping struct {
	Every time.Duration // how often; a sweep that is not done by then ends, and the next one goes on
	After time.Duration // how long a charge has been waiting for its event
	Limit int           // how many charges a sweep asks about
}

// KeepSweeping runs [Book.Sweep] until the context ends, and returns its error. After each sweep
// the function gets what was found, together with the error of what could not be asked about. The
// next sweep comes up to a tenth later than Every, so that those of several processes do not come
// together.
func (b *Book) KeepSweeping(ctx context.Context, when Sweeping, found func(context.Context, Swept, error)) error {
	if when.Every <= 0 || when.After <= 0 || when.Limit < 1 || found == nil {
		return fmt.Errorf("charges: a sweep of %d charges every %s that wait for %s asks about nothing, or has no function", when.Limit, when.Every, when.After)
	}
	for {
		began := b.now()
		sweeping, cancel := context.WithTimeout(ctx, when.Every)
		swept, err := b.Sweep(sweeping, b.time().Add(-when.After), when.Limit)
		cancel()
		if ctx.Err() != nil && len(swept.Changed) == 0 {
			return context.Cause(ctx)
		}
		found(ctx, swept, err)
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(max(when.Every-b.now().Sub(began), 0) + jitter.UpTo(ctx, max(when.Every/10, 1))):
		}
	}
}
