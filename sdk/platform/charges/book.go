package charges

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// askFor is how long a gateway is asked for a page. Nobody else asks meanwhile, for half as long
// again.
const askFor = 40 * time.Second

// storeFor bounds storing what a gateway said.
const storeFor = 10 * time.Second

// A Book is the charges of a platform. Safe for concurrent use.
type Book struct {
	platform string
	store    Store
	gateways func(ctx context.Context, tenant string) (platform.Gateway, error)
	now      func() time.Time
}

// An Option changes how a book works.
type Option func(*Book)

// WithClock gives the book another clock, for tests.
func WithClock(now func() time.Time) Option { return func(b *Book) { b.now = now } }

// New makes the book of a platform, whose short name begins every reference: "crm". gateways finds
// the gateway of a tenant.
func New(name string, store Store, gateways func(ctx context.Context, tenant string) (platform.Gateway, error), opts ...Option) (*Book, error) {
	if name == "" || store == nil || gateways == nil {
		return nil, errors.New("charges: a book needs the platform's name, a store, and a function that finds a tenant's gateway")
	}
	b := &Book{name, store, gateways, time.Now}
	for _, apply := range opts {
		apply(b)
	}
	return b, nil
}

// ErrOtherAmount means that an order was charged before with another amount.
var ErrOtherAmount = errors.New("charges: the order has a charge of another amount")

// ErrOpen means that a charge has no need of another attempt: it is pending, unknown or paid.
var ErrOpen = errors.New("charges: the current attempt has not failed or expired")

// Pay gets an order its page: it begins the charge, or goes on with the attempt that is there. The
// purchase's Reference is the charge's own. Look at [Charge.Status] next, whether or not there is
// an error: an error is why there is no page yet, and [platform.HandlingOf] says what to do about
// it.
//
// It is pending with a page; or unknown, when another process is asking the gateway or nobody knows
// what came of asking, and then the same call again, a little later, goes on; or it has ended.
func (b *Book) Pay(ctx context.Context, tenant, order string, purchase platform.Purchase) (Charge, error) {
	gateway, err := b.gateways(ctx, tenant)
	if err != nil {
		return Charge{}, err
	}
	asks := false
	charge, err := b.update(ctx, b.loadOr(tenant, order, gateway, purchase), func(c *Charge) error {
		asks = false
		now := b.time()
		current := &c.Attempts[len(c.Attempts)-1]
		switch {
		case c.Amount != purchase.Amount:
			return fmt.Errorf("%w: the charge of %s of %s is %v, and not %v", ErrOtherAmount, order, tenant, c.Amount, purchase.Amount)
		case c.Status().Final(), now.Before(current.AskingUntil):
			return errUnchanged
		case current.Made() && (!current.expired(now) || !canBeAsked(gateway)):
			return errUnchanged
		}
		asks = true
		current.AskingUntil = now.Add(askFor + askFor/2)
		return nil
	})
	if err != nil || !asks {
		return charge, err
	}
	return b.ask(ctx, gateway, charge)
}

// Retry begins the next attempt of a charge whose current one was declined or has expired, for a
// buyer who wants to try again. Any other charge is [ErrOpen], so that nobody is shown two pages on
// which the order can be paid.
func (b *Book) Retry(ctx context.Context, tenant, order string, purchase platform.Purchase) (Charge, error) {
	_, err := b.update(ctx, b.load(tenant, order), func(c *Charge) error {
		if status := c.Status(); status != platform.StatusDeclined && status != platform.StatusExpired {
			return fmt.Errorf("%w: the charge of %s of %s is %s", ErrOpen, order, tenant, status)
		}
		c.Attempts = append(c.Attempts, b.attempt(order, len(c.Attempts)+1, purchase))
		return nil
	})
	if err != nil {
		return Charge{}, err
	}
	return b.Pay(ctx, tenant, order, purchase)
}

func (b *Book) attempt(order string, number int, purchase platform.Purchase) Attempt {
	purchase.Reference = platform.Reference(b.platform, order, number)
	return Attempt{Purchase: purchase, Begun: b.time()}
}

// time is the time as it is after it was stored.
func (b *Book) time() time.Time { return b.now().Round(0).UTC() }

// ask asks the gateway for the page of the current attempt, or for what has become of one that has
// expired, and stores what it said. Whatever was stored first stays.
func (b *Book) ask(ctx context.Context, gateway platform.Gateway, charge Charge) (Charge, error) {
	asking, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	current := charge.Current()
	payment, failure := askAbout(asking, gateway, current)

	// The caller may be gone, and what the gateway said must not be.
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), storeFor)
	defer cancel()
	stored, err := b.update(ctx, b.load(charge.Tenant, charge.Order), func(c *Charge) error {
		for i := range c.Attempts {
			if a := &c.Attempts[i]; a.Purchase.Reference == current.Purchase.Reference {
				a.AskingUntil = time.Time{}
				c.learn(a, payment)
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return Charge{}, errors.Join(err, failure)
	case failure != nil:
		return stored.withoutExpiredPage(b.time()), failure
	case payment.Status == platform.StatusUnknown && stored.Status() == platform.StatusUnknown:
		return stored, payment.Cause
	}
	return stored, nil
}

// canBeAsked reports whether a gateway says what has become of a page.
func canBeAsked(gateway platform.Gateway) bool {
	_, ok := gateway.(platform.Retriever)
	return ok
}

// askAbout asks for an attempt's page. A page that has expired is not asked for again: a day later
// its idempotency key would be forgotten, and make another one.
func askAbout(ctx context.Context, gateway platform.Gateway, a Attempt) (*platform.Payment, error) {
	if !a.Made() {
		return gateway.Purchase(ctx, a.Purchase)
	}
	return gateway.(platform.Retriever).Retrieve(ctx, a.PaymentID)
}

// learn enters what a gateway said about an attempt.
func (c *Charge) learn(a *Attempt, payment *platform.Payment) {
	if payment == nil || payment.Status == platform.StatusUnknown {
		return
	}
	if !a.Made() {
		a.PaymentID, a.CheckoutURL, a.ExpiresAt = payment.ID, payment.CheckoutURL, payment.ExpiresAt
	}
	if payment.ID == a.PaymentID {
		c.read(payment)
	}
}

// read enters where a payment stands into the state.
func (c *Charge) read(payment *platform.Payment) {
	c.State, _ = orders.ApplyRead(c.State, orders.Read{SessionID: payment.ID, Status: payment.Payment, Amount: payment.Amount})
	c.match()
}

// Take enters an event of a tenant into its charge, and says what it changed. tenant is whose
// signing key has verified the event, so that no tenant's event reaches another's charge.
//
// The event of a payment that no charge of the tenant knows is [ErrNotFound]: return that from the
// handler, and the gateway delivers it again, when the response to the create may have been stored.
func (b *Book) Take(ctx context.Context, tenant string, event webhooks.Event) (Charge, orders.Transition, error) {
	var transition orders.Transition
	charge, err := b.update(ctx, b.loadOf(tenant, event), func(c *Charge) error {
		c.State, transition = orders.Apply(c.State, event)
		c.match()
		return nil
	})
	if err != nil {
		return Charge{}, orders.Transition{}, err
	}
	return charge, transition, nil
}

// Sweep asks the gateways about charges that have been pending since before a time, for example
// because an event never came, and enters what they say as an event would be. It returns those that
// nobody can be asked about: the gateway cannot be read, or the page was never made.
//
// Give the book of a sweep gateways whose clients have sdk.WithBackground, so that it takes no
// buyer's turn.
func (b *Book) Sweep(ctx context.Context, before time.Time, limit int) (silent []Charge, err error) {
	open, err := b.store.Open(ctx, before, limit)
	if err != nil {
		return nil, err
	}
	var failures []error
	for _, charge := range open {
		asked, err := b.reread(ctx, charge)
		if err != nil {
			failures = append(failures, fmt.Errorf("charges: the charge of %s of %s: %w", charge.Order, charge.Tenant, err))
		} else if !asked {
			silent = append(silent, charge)
		}
	}
	return silent, errors.Join(failures...)
}

// reread asks about the payments of all attempts: an earlier one may have been paid late.
func (b *Book) reread(ctx context.Context, charge Charge) (asked bool, err error) {
	gateway, err := b.gateways(ctx, charge.Tenant)
	if err != nil {
		return false, err
	}
	retriever, ok := gateway.(platform.Retriever)
	if !ok {
		return false, nil
	}
	for _, attempt := range charge.Attempts {
		if !attempt.Made() {
			continue
		}
		payment, err := retriever.Retrieve(ctx, attempt.PaymentID)
		if err != nil {
			return asked, err
		}
		asked = true
		_, err = b.update(ctx, b.load(charge.Tenant, charge.Order), func(c *Charge) error {
			c.read(payment)
			return nil
		})
		if err != nil {
			return asked, err
		}
	}
	return asked, nil
}
