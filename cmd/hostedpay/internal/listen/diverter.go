package listen

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
	show    *printer

	id       string            // of the sandbox that was diverted
	urls     map[string]string // where the events of a merchant go now
	complete bool              // the events of all merchants were diverted
}

// reconnectWait is how soon a sandbox that was lost is looked for again. It is short, because what
// one in its place sends before that goes elsewhere, or nowhere.
const reconnectWait = 250 * time.Millisecond

// keep diverts until the context ends. When the sandbox is started again, it has forgotten where
// its events go. In the end they go where they went before.
func (d *diverter) keep(ctx context.Context) {
	defer d.restore()
	for lost := false; ctx.Err() == nil; lost = true {
		err := d.divert(ctx, func() {
			d.show.reconnect(reconnectView{Sandbox: d.sandbox, Up: true})
			lost = false
		})
		if ctx.Err() != nil {
			return
		}
		if !lost { // once for each time
			d.show.reconnect(reconnectView{Sandbox: d.sandbox, Error: redact.New().Line(err.Error())})
		}
		select {
		case <-ctx.Done():
		case <-time.After(reconnectWait):
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

// begin diverts the events of every merchant. When it is the same sandbox as before, only the
// stream of its changes was lost, and what somebody has registered meanwhile stays.
func (d *diverter) begin(ctx context.Context) error {
	id, err := d.box.ID(ctx)
	if err != nil {
		return err
	}
	if d.complete && id == d.id {
		return d.look(ctx)
	}
	merchants, err := d.box.Merchants(ctx)
	if err != nil {
		return err
	}
	d.id, d.urls, d.complete = id, map[string]string{}, false
	for _, m := range merchants {
		d.urls[m.ID] = d.to
		if err := d.box.DivertWebhooks(ctx, m.ID, d.to); err != nil {
			return err
		}
	}
	d.complete = true
	return nil
}

// look shows what somebody else has changed. It stays so.
func (d *diverter) look(ctx context.Context) error {
	merchants, err := d.box.Merchants(ctx)
	if err != nil {
		return err
	}
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
	return nil
}

// restoreTimeout is for how long the end of listen waits for a sandbox.
const restoreTimeout = 2 * time.Second

// restore ends the diversions.
func (d *diverter) restore() {
	ctx, cancel := context.WithTimeout(context.Background(), restoreTimeout)
	defer cancel()
	if err := d.endDiversions(ctx); err != nil {
		d.show.reconnect(reconnectView{Sandbox: d.sandbox, Error: redact.New().Line(err.Error()), ended: true})
	}
}

// endDiversions says where events go then. Another sandbox at the address of the one that was
// diverted has nothing to end.
func (d *diverter) endDiversions(ctx context.Context) error {
	if len(d.urls) == 0 {
		return nil
	}
	id, err := d.box.ID(ctx)
	if err != nil || id != d.id {
		return err
	}
	for _, merchant := range slices.Sorted(maps.Keys(d.urls)) {
		now, err := d.box.RestoreWebhooks(ctx, merchant, d.to)
		switch {
		case err != nil:
			return err
		case now.Ended && now.Diverted:
			d.show.diverted(merchant, now.WebhookURL, "delivers again, for as long as somebody listens there, to")
		case now.Ended:
			d.show.diverted(merchant, now.WebhookURL, "delivers again to")
		default:
			d.show.diverted(merchant, now.WebhookURL, "does not deliver here any more, and stays at")
		}
	}
	return nil
}
