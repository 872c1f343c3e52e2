package charges

import (
	"context"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/platform"
)

// A Change is a line of an audit log: what became of a charge. It has no secret.
type Change struct {
	At       time.Time
	Tenant   string
	Order    string
	Version  int64           // of the charge, after the change
	From, To platform.Status // From is empty for a new charge
	Attempts int
	Refunds  int
}

// WithAudit calls a function after each change of a charge that was stored, before the call that
// has made it returns. It does not hear of a change that was stored although the store returned an
// error, nor of the last one of a process that was killed: the next entry's Version shows the gap.
// The book of a transaction ([Store] in a transaction) calls it before the commit, so let the
// function write into the same transaction.
func WithAudit(record func(context.Context, Change)) Option {
	return func(b *Book) { b.audit = record }
}

// record tells the audit log of a charge that was stored.
func (b *Book) record(ctx context.Context, from platform.Status, c Charge) {
	b.audit(ctx, Change{b.time(), c.Tenant, c.Order, c.Version, from, c.Status(), len(c.Attempts), len(c.Refunds)})
}
