package main

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// A diverter has a running sandbox deliver the events of its merchants' Vora accounts to listen,
// for as long as listen runs.
type diverter struct {
	box     *control.Client
	sandbox string // its URL
	to      string // at listen
	show    eventPrinter

	urls     map[string]string // where the events of a merchant go now
	complete bool              // the events of all merchants were diverted
}

// keep diverts until the context ends. When the sandbox is started again, it has forgotten where
// its events go. In the end they go where they went before.
func (d *diverter) keep(ctx context.Context) {
	defer d.restore()
	for attempt := 0; ctx.Err() == nil; attempt++ {
		err := d.divert(ctx, func() {
			d.show.reconnect(reconnectView{Sandbox: d.sandbox, Up: true})
			attempt = 0
		})
		if ctx.Err() != nil {
			return
		}
		if attempt == 0 { // once for each time that it was lost
			d.show.reconnect(reconnectView{Sandbox: d.sandbox, Error: redact.New().Line(err.Error())})
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(time.Duration(attempt+1)*250*time.Millisecond, 5*time.Second)):
		}
	}
}

// divert diverts the events of every merchant, and returns when the sandbox is gone. It watches the
// sandbox first, so that none takes its place unnoticed.
func (d *diverter) divert(ctx context.Context, done func()) error {
	begun := false
	for _, err := range d.box.Changes(ctx) { // ends with the sandbox
		switch {
		case err != nil:
		case !begun:
			begun = true
			if err = d.begin(ctx); err == nil {
				done()
			}
		default:
			err = d.look(ctx)
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// begin diverts the events of every merchant. A sandbox that still has a diversion to listen was
// not started again: only the stream of its changes was lost, and what somebody has registered
// meanwhile stays.
func (d *diverter) begin(ctx context.Context) error {
	merchants, err := d.box.Merchants(ctx)
	if err != nil {
		return err
	}
	if d.complete && slices.ContainsFunc(merchants, d.has) {
		d.compare(merchants)
		return nil
	}
	d.urls, d.complete = map[string]string{}, false
	for _, m := range merchants {
		d.urls[m.ID] = d.to
		if err := d.box.DivertWebhooks(ctx, m.ID, d.to); err != nil {
			return err
		}
	}
	d.complete = true
	return nil
}

// has reports whether the diversion to listen has not ended for a merchant.
func (d *diverter) has(m control.Merchant) bool {
	return m.Vora.WebhookURL == d.to || slices.Contains(m.Vora.DivertedURLs, d.to)
}

// look shows what somebody else has changed. It stays so.
func (d *diverter) look(ctx context.Context) error {
	merchants, err := d.box.Merchants(ctx)
	if err == nil {
		d.compare(merchants)
	}
	return err
}

func (d *diverter) compare(merchants []control.Merchant) {
	for _, m := range merchants {
		now := m.Vora.WebhookURL
		if before, ours := d.urls[m.ID]; !ours || before == now {
			continue
		}
		d.urls[m.ID] = now
		if now == d.to {
			d.show.diverted(m.ID, now, "delivers here again:")
		} else {
			d.show.diverted(m.ID, now, "was changed by somebody else, and delivers to")
		}
	}
}

// restoreTimeout is for how long the end of listen waits for a sandbox.
const restoreTimeout = 2 * time.Second

// restore ends the diversions, and says where events go then.
func (d *diverter) restore() {
	ctx, cancel := context.WithTimeout(context.Background(), restoreTimeout)
	defer cancel()
	for _, id := range slices.Sorted(maps.Keys(d.urls)) {
		now, err := d.box.RestoreWebhooks(ctx, id, d.to)
		switch {
		case err != nil:
			d.show.reconnect(reconnectView{Sandbox: d.sandbox, Error: redact.New().Line(err.Error()), ended: true})
			return
		case now.Ended:
			d.show.diverted(id, now.WebhookURL, "delivers again to")
		default:
			d.show.diverted(id, now.WebhookURL, "does not deliver here any more, and stays at")
		}
	}
}
