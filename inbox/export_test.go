package inbox

import (
	"context"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Accept accepts an event past the handler of deliveries, to measure it alone.
func (b *Inbox[TTx]) Accept(ctx context.Context, event webhooks.Event) error {
	_, err := b.group.Accept(ctx, event)
	return err
}
