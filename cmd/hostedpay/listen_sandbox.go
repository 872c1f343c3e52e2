package main

import (
	"context"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// keepRegistered has a sandbox deliver to listen, until the context ends: when the sandbox is
// started again, it has forgotten where its events go.
func (r *relay) keepRegistered(ctx context.Context, address string) {
	for attempt := 0; ctx.Err() == nil; attempt++ {
		err := r.register(ctx, address, func() {
			r.show.reconnect(reconnectView{Sandbox: address, Up: true})
			attempt = 0
		})
		if ctx.Err() != nil {
			return
		}
		if attempt == 0 { // once for each time that it was lost
			r.show.reconnect(reconnectView{Sandbox: address, Error: redact.New().Line(err.Error())})
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(time.Duration(attempt+1)*250*time.Millisecond, 5*time.Second)):
		}
	}
}

// register gives every merchant listen's URL, and returns when the sandbox is gone. It watches the
// sandbox first, so that none takes its place unnoticed.
func (r *relay) register(ctx context.Context, address string, done func()) error {
	box, err := control.New(address)
	if err != nil {
		return err
	}
	registered := false
	for _, err := range box.Changes(ctx) { // ends with the sandbox
		if err == nil && !registered {
			if err = r.registerAt(ctx, box); err == nil {
				registered = true
				done()
			}
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (r *relay) registerAt(ctx context.Context, box *control.Client) error {
	merchants, err := box.Merchants(ctx)
	if err != nil {
		return err
	}
	for _, m := range merchants {
		if err := box.SetWebhookURL(ctx, m.ID, r.url+"/webhooks/vora"); err != nil {
			return err
		}
	}
	return nil
}
