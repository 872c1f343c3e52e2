package simulation

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A page is what the shop shows to a buyer.
type page struct {
	kind    pageKind
	session string // that is to be paid, or that the page is about
	url     string
	attempt string // of a charge: its reference
}

type pageKind string

const (
	pagePay    pageKind = "go to the checkout"
	pagePaid   pageKind = "thank you"
	pageWait   pageKind = "we are checking your payment"
	pageFailed pageKind = "you were not charged"
	pageError  pageKind = "not possible now"
)

// buy sends the buyer to the order's checkout: to the open one, or to a new one when there is none.
func (p *process) buy(ctx context.Context, id string) page {
	w := p.shop.w
	for range 3 {
		var o Order
		mine := false
		err := p.tx(ctx, "begin checkout", func(tx Tx) error {
			o, mine = tx.Order(id), false
			if o.Session == "" && o.Gateway == sdk.GatewayVisionScope && !o.Creates.After(time.Now()) {
				mine, o.Creates = true, time.Now().Add(createWithin+time.Minute)
				tx.PutOrder(o)
			}
			return nil
		})
		offboarded := false
		if err == nil {
			err = p.tx(ctx, "tenant", func(tx Tx) error { offboarded = tx.Tenant(o.Tenant).Offboarded; return nil })
		}
		switch {
		case err != nil, offboarded:
			return page{kind: pageError}
		case o.State.Status.Final() && !o.State.Status.Unpaid():
			return page{kind: pagePaid, session: o.Last}
		case o.Session != "" && !w.makes(mistakeNewKeyEachTime):
			if stale, known := p.expired(ctx, o); stale {
				continue
			} else if !known {
				return page{kind: pageWait}
			}
			return page{kind: pagePay, session: o.Session, url: o.URL}
		case o.Gateway == sdk.GatewayVora:
			if shown, again := p.createAtVora(ctx, o); !again {
				return shown
			}
		case mine || w.makes(mistakeNewKeyEachTime) || w.makes(mistakeShowsBeforeStoring):
			return p.createAtVisionScope(ctx, o)
		default:
			return page{kind: pageWait} // another tab creates it
		}
	}
	return page{kind: pageError}
}

const createWithin = 90 * time.Second

// expired reports whether the open session is over, which only the gateway knows: the clocks may
// differ.
func (p *process) expired(ctx context.Context, o Order) (expired, known bool) {
	if o.Gateway != sdk.GatewayVora || time.Now().Before(o.Expires.Add(-time.Minute)) || p.shop.w.makes(mistakeShowsExpired) {
		return false, true
	}
	status, err := p.ask(ctx, o, o.Session)
	return status.Final(), err == nil
}

func (p *process) createAtVora(ctx context.Context, o Order) (shown page, again bool) {
	w, me := p.shop.w, lifeOf(ctx).actor
	client, err := p.voraClient(ctx, o.Tenant, false)
	if err != nil {
		return page{kind: pageError}, false
	}
	attempt := o.Attempt
	if w.makes(mistakeNewKeyEachTime) {
		attempt = 1000 + w.calls
	}
	within, cancel := context.WithTimeout(ctx, createWithin)
	defer cancel()
	within, c := w.newCall(within, o.ID, sdk.GatewayVora, true)
	params := vora.SessionParams{
		Amount: o.Amount, SuccessURL: shopURL + "/return?order=" + o.ID, CancelURL: shopURL + "/cart",
		Metadata: map[string]string{"order": o.ID}, ExpiresIn: 30 * time.Minute,
	}
	created, err := client.CreateSession(within, params, sdk.WithIdempotencyKey(vora.IdempotencyKey(shortName(o.Tenant), o.ID, attempt)))
	if err != nil {
		return p.notCreated(ctx, o, c, err), false
	}
	w.trace.tell(me, "created %s for %s", w.aliasOf(created.ID), o.ID)
	if w.makes(mistakeLogsCheckoutURL) {
		slog.New(logHandler{w}).Info("created", "url", created.CheckoutURL.Reveal())
	}
	if created.Stale && !w.makes(mistakeIgnoresStale) {
		return p.afterStale(ctx, o, created)
	}
	if w.makes(mistakeShowsBeforeStoring) {
		return p.showFirst(o, created.ID, created.CheckoutURL, created.ExpiresAt), false
	}
	if err := p.store(ctx, o, created.ID, created.CheckoutURL, created.ExpiresAt); err != nil {
		return page{kind: pageError}, false
	}
	if w.makes(mistakeIgnoresStale) {
		return page{kind: pagePay, session: created.ID, url: created.CheckoutURL.Reveal()}, false
	}
	return page{}, true // shown as it was stored
}

// showFirst shows the page, and stores it afterwards.
func (p *process) showFirst(o Order, session string, url sdk.Secret, expires time.Time) page {
	w := p.shop.w
	w.scheduler.spawn(life{actor: w.scheduler.numbered(p.name + " stores later"), process: p}, 3*time.Second, func(ctx context.Context) {
		_ = p.store(ctx, o, session, url, expires)
	})
	return page{kind: pagePay, session: session, url: url.Reveal()}
}

// afterStale goes on after a replay of a session that is over, or of which that is not known: then
// the next page asks again, whatever this process's clock says.
func (p *process) afterStale(ctx context.Context, o Order, created *vora.CreatedSession) (shown page, again bool) {
	err := p.tx(ctx, "store stale session", func(tx Tx) error {
		now := tx.Order(o.ID)
		now.know(tx, created.ID)
		if now.Attempt == o.Attempt && now.Session == "" {
			now.Session, now.URL, now.Expires = created.ID, created.CheckoutURL.Reveal(), time.Time{}
		}
		tx.PutOrder(now)
		return nil
	})
	if err != nil {
		return page{kind: pageError}, false
	}
	if status, err := p.ask(ctx, o, created.ID); err != nil || !status.Final() {
		return page{kind: pageWait}, false
	}
	return page{}, true
}

// store keeps the session with its order, before anybody sees the page.
func (p *process) store(ctx context.Context, o Order, session string, page sdk.Secret, expires time.Time) error {
	return p.tx(ctx, "store session", func(tx Tx) error {
		now := tx.Order(o.ID)
		now.know(tx, session)
		if now.Attempt == o.Attempt && (now.Session == "" || p.shop.w.makes(mistakeNewKeyEachTime)) && now.Creates.Equal(o.Creates) {
			now.Session, now.URL, now.Expires, now.Last, now.Creates = session, page.Reveal(), expires, session, time.Time{}
		}
		tx.PutOrder(now)
		return nil
	})
}

// know writes down that a session is the order's, whatever becomes of it.
func (o *Order) know(tx Tx, session string) {
	tx.PutSession(session, o.ID)
	if !slices.Contains(o.Known, session) {
		o.Known = append(o.Known, session)
	}
}

// notCreated is the page after a create that failed.
func (p *process) notCreated(ctx context.Context, o Order, c *call, err error) page {
	w, me := p.shop.w, lifeOf(ctx).actor
	w.checkCreateError(me, c, err)
	if !isUnknown(err) {
		w.trace.tell(me, "no session for %s", o.ID)
		return page{kind: pageError}
	}
	w.coverage.Reached["create with unknown outcome"]++
	w.trace.tell(me, "nobody knows whether a session for %s was created", o.ID)
	if w.makes(mistakeNextKeyAfterUnknown) {
		_ = p.tx(ctx, "next attempt", func(tx Tx) error {
			now := tx.Order(o.ID)
			now.nextAttempt()
			tx.PutOrder(now)
			return nil
		})
	}
	if w.makes(mistakeUnknownIsFailure) {
		return page{kind: pageFailed}
	}
	return page{kind: pageWait}
}

// createAtVisionScope creates a checkout, of which there are no replays: one that the shop did not
// hear of is never shown.
func (p *process) createAtVisionScope(ctx context.Context, o Order) page {
	w, me := p.shop.w, lifeOf(ctx).actor
	within, cancel := context.WithTimeout(ctx, createWithin)
	defer cancel()
	within, c := w.newCall(within, o.ID, sdk.GatewayVisionScope, true)
	created, err := p.visionClient(o.Tenant).CreateCheckout(within, visionscope.CheckoutParams{
		Amount: o.Amount, WebhookURL: shopURL + "/webhooks/visionscope?order=" + o.ID, WebhookSecret: sdk.NewSecret(o.Secret),
		ReturnURL: shopURL + "/return?order=" + o.ID,
	})
	if err != nil {
		shown := p.notCreated(ctx, o, c, err)
		_ = p.tx(ctx, "end create", func(tx Tx) error {
			if now := tx.Order(o.ID); now.Creates.Equal(o.Creates) {
				now.Creates = time.Time{}
				tx.PutOrder(now)
			}
			return nil
		})
		return shown
	}
	w.trace.tell(me, "created %s for %s", w.aliasOf(created.ID), o.ID)
	show := page{kind: pagePay, session: created.ID, url: created.CheckoutURL.Reveal()}
	if w.makes(mistakeShowsBeforeStoring) {
		return p.showFirst(o, created.ID, created.CheckoutURL, time.Time{})
	}
	if err := p.store(ctx, o, created.ID, created.CheckoutURL, time.Time{}); err != nil {
		return page{kind: pageError}
	}
	stored := false
	if err := p.tx(ctx, "read the stored session", func(tx Tx) error { stored = tx.Order(o.ID).Session == created.ID; return nil }); err != nil || !stored {
		return page{kind: pageWait}
	}
	return show
}

// returned is the buyer who comes back, with a query that anybody can have written.
func (p *process) returned(ctx context.Context, id string, query url.Values) page {
	w := p.shop.w
	var o Order
	if err := p.tx(ctx, "order of the return", func(tx Tx) error { o = tx.Order(id); return nil }); err != nil || o.Last == "" {
		return page{kind: pageWait}
	}
	if w.makes(mistakeShipsOnReturn) && (query.Get("status") == "succeeded" || query.Get("status") == "paid") {
		var done learned
		if err := p.tx(ctx, "ship on return", func(tx Tx) error {
			o := tx.Order(id)
			done = learned{order: o, ship: o.Shipped == 0}
			if done.ship {
				o.Shipped++
			}
			tx.PutOrder(o)
			return nil
		}); err == nil {
			p.shop.committed(lifeOf(ctx).actor, done, "the return URL")
		}
		return page{kind: pagePaid, session: o.Last}
	}
	if o.Gateway == sdk.GatewayVisionScope {
		return p.returnedFromVisionScope(ctx, o, query)
	}
	client, err := p.voraClient(ctx, o.Tenant, false)
	if err != nil {
		return page{kind: pageWait}
	}
	within, cancel := context.WithTimeout(ctx, createWithin)
	defer cancel()
	within, _ = w.newCall(within, o.ID, sdk.GatewayVora, false)
	confirmed, err := client.ConfirmReturn(within, query, vora.ExpectedReturn{
		Secrets: []sdk.Secret{sdk.NewSecret(w.merchant(o.Tenant).Vora.SessionSecret)}, SessionID: o.Last, Amount: o.Amount,
		URL: shopURL + "/return?order=" + o.ID,
	})
	if err != nil {
		w.checkText("an error", err)
		return page{kind: pageWait}
	}
	if confirmed.ReturnProblem != nil {
		w.coverage.Reached["return that is not authentic"]++
	}
	status, err := p.settle(ctx, o.ID, confirmed.Session)
	switch {
	case err != nil:
		return page{kind: pageWait}
	case status.Paid(), status == sdk.PaymentRefunded:
		return page{kind: pagePaid, session: o.Last}
	case status.Unpaid():
		return page{kind: pageFailed, session: o.Last}
	}
	return page{kind: pageWait, session: o.Last}
}

// returnedFromVisionScope shows what is known. The query decides nothing.
func (p *process) returnedFromVisionScope(ctx context.Context, o Order, query url.Values) page {
	claim, err := visionscope.ParseReturn(query)
	if err != nil {
		return page{kind: pageWait}
	}
	if p.shop.w.makes(mistakeBelievesReturn) && claim.ClaimedStatus == visionscope.ClaimedFailed {
		_ = p.tx(ctx, "failed, as the return says", func(tx Tx) error {
			now := tx.Order(o.ID)
			now.nextAttempt()
			tx.PutOrder(now)
			return nil
		})
		return page{kind: pageFailed, session: o.Last}
	}
	switch {
	case o.State.Status.Paid():
		return page{kind: pagePaid, session: o.Last}
	case o.statusOf(o.Last).Unpaid(): // and not of the order, which an earlier session may have failed
		return page{kind: pageFailed, session: o.Last}
	}
	return page{kind: pageWait, session: o.Last}
}

// change is a buyer who puts something else into the cart. A shop that allows it while a page is
// open has two pages then, for two amounts: when both are paid, or the wrong one, it must say so.
func (p *process) change(ctx context.Context, id string) page {
	err := p.tx(ctx, "change the order", func(tx Tx) error {
		o := tx.Order(id)
		if o.State.Status.Final() && !o.State.Status.Unpaid() {
			return nil
		}
		o.Amount = money.Minor(o.Amount.Minor()+100, o.Amount.Currency())
		o.State.Expected = o.Amount
		o.nextAttempt()
		tx.PutOrder(o)
		return nil
	})
	if err != nil {
		return page{kind: pageError}
	}
	return page{kind: pageWait}
}
