package simulation

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

const platformName = "crm"

// A connector is a process of a platform, which sells for its tenants. What it must not forget
// about a payment is in a charge; of its own it keeps whether an order was shipped.
type connector struct {
	*process
	directory *tenants.Directory
	book      *charges.Book
	sweeper   *charges.Book // whose calls take no buyer's turn
}

func newConnector(p *process) *connector {
	c := &connector{process: p}
	book := func(background bool) *charges.Book {
		b, err := charges.New(platformName, &chargeStore{p}, func(ctx context.Context, tenant string) (platform.Gateway, error) {
			return c.gateway(ctx, tenant, background)
		})
		must(err)
		return b
	}
	c.directory = c.newDirectory()
	c.book, c.sweeper = book(false), book(true)
	return c
}

// buy sends the buyer to the page of the order's charge.
func (c *connector) buy(ctx context.Context, id string) page {
	var o Order
	if err := c.tx(ctx, "order", func(tx Tx) error { o = tx.Order(id); return nil }); err != nil {
		return page{kind: pageError}
	}
	ctx = context.WithValue(ctx, purchaseKey{}, id)
	purchase := platform.Purchase{
		Amount: o.Amount, ReturnURL: shopURL + "/return?order=" + id, CancelURL: shopURL + "/cart", Metadata: map[string]string{"order": id},
	}
	charge, err := c.book.Pay(ctx, o.Tenant, o.Name, purchase)
	if errors.Is(err, charges.ErrOtherAmount) {
		c.shop.w.coverage.Reached["a charge keeps its amount"]++
		purchase.Amount = charge.Amount
		if err = c.agree(ctx, charge); err == nil {
			charge, err = c.book.Pay(ctx, o.Tenant, o.Name, purchase)
		}
	}
	if status := charge.Status(); err == nil && (status == platform.StatusDeclined || status == platform.StatusExpired) {
		c.shop.w.coverage.Reached["another attempt of a charge"]++
		charge, err = c.book.Retry(ctx, o.Tenant, o.Name, purchase)
	}
	c.shop.w.checkText("an error", err)
	_ = c.fulfil(ctx, charge)
	return pageOf(charge, err)
}

// pageOf is what the buyer sees of a charge.
func pageOf(charge charges.Charge, err error) page {
	current := charge.Current()
	shown := page{kind: pageError, session: current.PaymentID, attempt: current.Purchase.Reference}
	switch charge.Status() {
	case platform.StatusApproved, platform.StatusRefunded:
		shown.kind = pagePaid
	case platform.StatusPending:
		if err == nil {
			shown.kind, shown.url = pagePay, current.CheckoutURL.Reveal()
		}
	case platform.StatusDeclined, platform.StatusExpired:
		shown.kind = pageFailed
	case platform.StatusUnknown:
		shown.kind = pageWait
	}
	return shown
}

// returned shows where the charge stands, after the gateway was asked. The query decides nothing.
func (c *connector) returned(ctx context.Context, id string, _ url.Values) page {
	var o Order
	if err := c.tx(ctx, "order", func(tx Tx) error { o = tx.Order(id); return nil }); err != nil {
		return page{kind: pageWait}
	}
	charge, err := c.book.Check(ctx, o.Tenant, o.Name)
	c.shop.w.checkText("an error", err)
	_ = c.fulfil(ctx, charge)
	shown := pageOf(charge, err)
	if shown.kind == pagePay || shown.kind == pageError {
		shown.kind = pageWait
	}
	return shown
}

// change is what the buyer wants. The charge may keep its amount: see agree.
func (c *connector) change(ctx context.Context, id string) page {
	err := c.tx(ctx, "change the order", func(tx Tx) error {
		o := tx.Order(id)
		o.Amount = money.Minor(o.Amount.Minor()+100, o.Amount.Currency())
		tx.PutOrder(o)
		return nil
	})
	if err != nil {
		return page{kind: pageError}
	}
	return page{kind: pageWait}
}

// agree gives an order the amount of its charge, of which there may be a page that can be paid.
func (c *connector) agree(ctx context.Context, charge charges.Charge) error {
	return c.tx(ctx, "the order stays as it was", func(tx Tx) error {
		o := chargedOrder(tx, charge)
		o.Amount = charge.Amount
		tx.PutOrder(o)
		return nil
	})
}

// apply enters an event into its charge, and then does what follows in the platform's own database.
func (c *connector) apply(ctx context.Context, event webhooks.Event) error {
	w, info := c.shop.w, event.Info()
	charge, transition, err := c.take(ctx, event)
	t := w.truth[info.SessionID]
	w.foreign[info.DedupeKey], t.unnamed = false, false // until a charge is looked for in vain
	if errors.Is(err, charges.ErrNotFound) {
		w.coverage.Reached["event of a payment that no charge knows"]++
		if h, ok := ctx.Value(hookKey{}).(*hook); ok && t.order == anotherTenants {
			h.intact = false // nobody has to accept it
		}
		t.unnamed = t.odd
		w.foreign[info.DedupeKey] = t.order == anotherTenants || t.unnamed
		if w.makes(mistakeAcknowledgesUnknown) {
			return nil
		}
	}
	if err != nil {
		return err
	}
	var done learned
	err = c.changeOrder(ctx, "apply "+info.Type, func(tx Tx) error {
		o := chargedOrder(tx, charge)
		if key, token, ok := webhooks.ClaimFrom(ctx); ok && c.shop.inTx && !w.makes(mistakeTwoTransactions) {
			if err := tx.Complete(ctx, c.shop.kept(key), token); err != nil {
				return err
			}
		}
		tx.AddEffect(info.DedupeKey)
		done = c.learn(tx, &o, info.SessionID, charge, transition)
		tx.PutOrder(o)
		return nil
	})
	if done.order.ID != "" {
		c.tellEffect(ctx, info, done, err)
	}
	return err
}

// take finds the charge among those of the tenant whose key has verified the event.
func (c *connector) take(ctx context.Context, event webhooks.Event) (charge charges.Charge, transition orders.Transition, err error) {
	among := []string{tenants.Of(event)}
	if c.shop.w.makes(mistakeAnyTenantsCharge) {
		among = c.shop.w.tenants
	}
	for _, tenant := range among {
		if charge, transition, err = c.book.Take(ctx, tenant, event); !errors.Is(err, charges.ErrNotFound) {
			break
		}
	}
	return charge, transition, err
}

// chargedOrder is the order of a charge.
func chargedOrder(tx Tx, charge charges.Charge) Order {
	for _, o := range tx.Orders() {
		if o.Tenant == charge.Tenant && o.Name == charge.Order {
			return o
		}
	}
	return Order{}
}

// fulfil ships what is paid, once.
func (c *connector) fulfil(ctx context.Context, charge charges.Charge) error {
	if !charge.State.MayShip() {
		return nil
	}
	var done learned
	err := c.changeOrder(ctx, "fulfil", func(tx Tx) error {
		o := chargedOrder(tx, charge)
		done = c.learn(tx, &o, charge.Current().PaymentID, charge, orders.Transition{})
		tx.PutOrder(o)
		return nil
	})
	if err == nil || errors.Is(err, errDatabase) && done.order.Shipped > 0 && c.shop.order(done.order.ID).Shipped == done.order.Shipped {
		c.shop.committed(lifeOf(ctx).actor, done, "a read")
	}
	return err
}

// learn enters a charge into its order: as it is, and not as it was when it was asked about,
// because a refund may have come since.
func (c *connector) learn(tx Tx, o *Order, session string, charge charges.Charge, transition orders.Transition) learned {
	now := tx.Charge(charge.Tenant, charge.Order)
	if !c.shop.w.makes(mistakeShipsByOldCharge) {
		charge = now
	}
	o.Amount = charge.Amount
	done := c.shop.learn(o, session, charge.State, transition)
	done.refunded = done.ship && now.State.Status == sdk.PaymentRefunded
	return done
}

// endpoints take the events of all tenants and both gateways.
func (c *connector) endpoints(mux *http.ServeMux, endpoint func(*webhooks.Verifier) http.Handler) {
	mux.Handle("/webhooks/", endpoint(c.directory.Verifier()))
}

// sweep asks about charges whose events did not come.
func (c *connector) sweep(ctx context.Context) {
	w := c.shop.w
	for {
		w.scheduler.sleep(ctx, "until the next sweep", 5*time.Minute)
		if w.makes(mistakeNoSweep) {
			continue
		}
		within, cancel := context.WithTimeout(ctx, 4*time.Minute)
		found, err := c.sweeper.Sweep(within, time.Now().Add(-4*time.Minute), 20)
		cancel()
		w.checkText("an error", err)
		for _, charge := range found.Silent {
			w.coverage.Reached["charge that only an event can settle"]++
			w.shop.platform.silent[charge.Tenant+"/"+charge.Order] = true
		}
		for _, charge := range found.Changed {
			_ = c.fulfil(ctx, charge)
		}
		c.shipWhatIsLeft(ctx)
	}
}

// shipWhatIsLeft goes through all orders that were not shipped: a process may have died after it
// had stored that a charge is paid.
func (c *connector) shipWhatIsLeft(ctx context.Context) {
	var all []Order
	_ = c.tx(ctx, "orders that were not shipped", func(tx Tx) error { all = tx.Orders(); return nil })
	for _, o := range all {
		if charge, err := (&chargeStore{c.process}).Load(ctx, o.Tenant, o.Name); err == nil && o.Shipped == 0 {
			_ = c.fulfil(ctx, charge)
		}
	}
}
