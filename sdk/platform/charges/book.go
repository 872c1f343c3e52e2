package charges

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/hostedpay/hostedpay-go/sdk"
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
	audit    func(context.Context, Change)
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
	b := &Book{name, store, gateways, time.Now, func(context.Context, Change) {}}
	for _, apply := range opts {
		apply(b)
	}
	return b, nil
}

// ErrOtherAmount means that a page of the order may be there that shows another amount. An order
// that changes while it can be paid is another order: "order-789012-b".
var ErrOtherAmount = errors.New("charges: the order has a charge of another amount")

// ErrOpen means that a charge has no need of another attempt: it is pending, unknown or paid.
var ErrOpen = errors.New("charges: the current attempt has not failed or expired")

// Pay gets an order its page: it begins the charge, or goes on with the attempt that is there, and
// asks for the page as it was asked for first. The purchase's Reference is the charge's own.
//
// Without an error look at [Charge.Status]: it is pending, with a page; or unknown, because another
// process is asking the gateway, and then the same call goes on a little later; or it has ended. An
// error is why there is no page: [platform.HandlingOf] says what to do about it, and the charge, as
// far as it was had, where it stands.
//
// A tenant may have come to another gateway since. A page of the former one that can still be paid
// stays; one that nobody was shown, because the response was lost, is followed by the next attempt;
// and an expired one leaves the charge unknown, because nobody can be asked what became of it.
func (b *Book) Pay(ctx context.Context, tenant, order string, purchase platform.Purchase) (Charge, error) {
	if err := checkNames(tenant, order); err != nil {
		return Charge{}, err
	}
	gateway, err := b.gateways(ctx, tenant)
	if err != nil {
		return Charge{}, err
	}
	asks, doubted := false, false
	charge, err := b.update(ctx, b.loadOr(tenant, order), func(c *Charge) error {
		asks = false
		now := b.time()
		current := &c.Attempts[len(c.Attempts)-1]
		if !current.Made() && !current.InDoubt && !c.Status().Final() { // there is no page that shows anything else
			*current = b.attempt(tenant, order, len(c.Attempts), gateway, purchase)
			c.Amount, c.State.Expected = purchase.Amount, purchase.Amount
		}
		switch {
		case c.Amount != purchase.Amount:
			return otherAmount(c, purchase)
		case c.Status().Final(), now.Before(current.AskingUntil):
			return errUnchanged
		case current.Made() && (!current.expired(now) || !current.canBeAsked(gateway)):
			return errUnchanged
		}
		if asks, doubted = true, current.InDoubt; current.Made() {
			return errUnchanged // anybody may read
		}
		if current.Gateway != gateway.Name() { // what it has made nobody was shown, and this one cannot repeat it
			c.Attempts = append(c.Attempts, b.attempt(tenant, order, len(c.Attempts)+1, gateway, current.Purchase))
			current, doubted = &c.Attempts[len(c.Attempts)-1], false
		}
		current.InDoubt, current.AskingUntil = true, now.Add(askFor+askFor/2)
		return nil
	})
	switch {
	case err != nil:
		return charge, err
	case !asks:
		return charge.withoutExpiredPage(b.time()), nil
	}
	return b.ask(ctx, gateway, charge, doubted)
}

func otherAmount(c *Charge, purchase platform.Purchase) error {
	return fmt.Errorf("%w: %w", ErrOtherAmount, &sdk.Error{
		Operation: "charges.Pay", Code: sdk.CodeIdempotencyKeyCollision, CodeAssigned: true,
		Message: fmt.Sprintf("the charge of %s of %s is %v, and not %v (nothing was sent)", c.Order, c.Tenant, c.Amount, purchase.Amount),
		Fix:     "Ask for the same amount again, or charge another order.",
	})
}

// checkNames rejects names that no event could be told by, or that a store would change.
func checkNames(tenant, order string) error {
	switch {
	case tenant == "" || order == "":
		return fmt.Errorf("charges: a charge needs a tenant and an order, and has %q and %q", tenant, order)
	case !utf8.ValidString(tenant) || !utf8.ValidString(order):
		return fmt.Errorf("charges: the tenant %q or the order %q is not UTF-8", tenant, order)
	}
	return nil
}

// Retry begins the next attempt of a charge whose current one was declined or has expired, for a
// buyer who wants to try again. Any other charge is [ErrOpen], so that nobody is shown two pages on
// which the order can be paid; it comes with the error.
func (b *Book) Retry(ctx context.Context, tenant, order string, purchase platform.Purchase) (Charge, error) {
	gateway, err := b.gateways(ctx, tenant)
	if err != nil {
		return Charge{}, err
	}
	charge, err := b.update(ctx, b.load(tenant, order), func(c *Charge) error {
		status := c.Status()
		nothing := status == platform.StatusPending && !c.Current().Made()
		switch {
		case c.Amount != purchase.Amount:
			return otherAmount(c, purchase)
		case status != platform.StatusDeclined && status != platform.StatusExpired && !nothing:
			return fmt.Errorf("%w: the charge of %s of %s is %s: Pay goes on with it", ErrOpen, order, tenant, status)
		}
		c.Attempts = append(c.Attempts, b.attempt(tenant, order, len(c.Attempts)+1, gateway, purchase))
		return nil
	})
	if err != nil {
		return charge, err
	}
	return b.Pay(ctx, tenant, order, purchase)
}

// attempt is a new one. Its reference has the tenant too: two tenants with one merchant may have
// orders of the same name.
func (b *Book) attempt(tenant, order string, number int, gateway platform.Gateway, purchase platform.Purchase) Attempt {
	purchase.Reference = platform.Reference(b.platform, url.PathEscape(tenant)+"/"+url.PathEscape(order), number)
	return Attempt{Purchase: purchase, Gateway: gateway.Name(), Begun: b.time()}
}

// time is the time as it is after it was stored.
func (b *Book) time() time.Time { return b.now().Round(0).UTC() }

// ask asks the gateway for the page of the current attempt, or for what has become of one that has
// expired, and stores what it said. Whatever was stored first stays. doubted means that an earlier
// call may have made the page. When another attempt was begun meanwhile, it goes on with that.
func (b *Book) ask(caller context.Context, gateway platform.Gateway, charge Charge, doubted bool) (Charge, error) {
	asking, cancel := context.WithTimeout(caller, askFor)
	defer cancel()
	current := charge.Current()
	payment, failure := askAbout(asking, gateway, current)

	// The caller may be gone, and what the gateway said must not be.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(caller), storeFor)
	defer cancel()
	stored, err := b.update(ctx, b.load(charge.Tenant, charge.Order), func(c *Charge) error {
		for i := range c.Attempts {
			if a := &c.Attempts[i]; a.Purchase.Reference == current.Purchase.Reference {
				c.learn(a, current.AskingUntil, payment, doubted)
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return charge, errors.Join(err, failure)
	case failure != nil:
		return stored.withoutExpiredPage(b.time()), failure
	case stored.Current().Purchase.Reference != current.Purchase.Reference:
		return b.Pay(caller, charge.Tenant, charge.Order, stored.Current().Purchase)
	case payment.Status == platform.StatusUnknown && stored.Status() == platform.StatusUnknown:
		return stored, payment.Cause
	}
	return stored, nil
}

// canBeAsked reports whether a tenant's gateway says what has become of an attempt's page. One that
// the tenant came to later knows none.
func (a Attempt) canBeAsked(gateway platform.Gateway) bool {
	_, ok := gateway.(platform.Retriever)
	return ok && a.Made() && a.Gateway == gateway.Name()
}

// askAbout asks for an attempt's page. A page that has expired is not asked for again: a day later
// its idempotency key would be forgotten, and make another one.
func askAbout(ctx context.Context, gateway platform.Gateway, a Attempt) (*platform.Payment, error) {
	if !a.Made() {
		return gateway.Purchase(ctx, a.Purchase)
	}
	return gateway.(platform.Retriever).Retrieve(ctx, a.PaymentID)
}

// learn enters what a gateway said about an attempt to whoever was asking until then; nil means
// that the call made nothing. When somebody else has asked since, because the clocks of two
// processes differ, that one's page may be on its way.
func (c *Charge) learn(a *Attempt, until time.Time, payment *platform.Payment, doubted bool) {
	switch {
	case a.AskingUntil.IsZero(), a.AskingUntil.After(until.Add(askFor)): // a store may round times
		doubted = true
	default:
		a.AskingUntil = time.Time{}
	}
	switch {
	case payment == nil:
		a.InDoubt = a.InDoubt && doubted // an earlier call, whose response was lost, may have made it
		return
	case payment.Status == platform.StatusUnknown:
		return
	}
	if a.InDoubt = false; !a.Made() {
		a.PaymentID, a.ExpiresAt = payment.ID, payment.ExpiresAt
	}
	if payment.ID != a.PaymentID {
		return
	}
	if a.CheckoutURL.Reveal() == "" {
		a.CheckoutURL = payment.CheckoutURL
	}
	c.read(payment)
}

// read enters where a payment stands into the state. It knows no refunds, so that none is matched.
func (c *Charge) read(payment *platform.Payment) {
	c.State, _ = orders.ApplyRead(c.State, orders.Read{SessionID: payment.ID, Status: payment.Payment, Amount: payment.Amount})
}

// Take enters an event of a tenant into its charge, and says what it changed. tenant is whose
// signing key has verified the event, so that no tenant's event reaches another's charge.
//
// The event of a payment that no charge of the tenant knows is [ErrNotFound]: return that from the
// handler, and the gateway delivers it again, when the response to the create may have been stored.
func (b *Book) Take(ctx context.Context, tenant string, event webhooks.Event) (Charge, orders.Transition, error) {
	var transition orders.Transition
	charge, err := b.update(ctx, b.loadOf(tenant, event), func(c *Charge) error {
		c.identify(event)
		c.State, transition = orders.Apply(c.State, event)
		c.match()
		return nil
	})
	if err != nil {
		return Charge{}, orders.Transition{}, err
	}
	return charge, transition, nil
}

// identify gives an attempt whose response was lost the payment that an event names for it, so that
// later events and reads find it.
func (c *Charge) identify(event webhooks.Event) {
	info := event.Info()
	for i := range c.Attempts {
		a := &c.Attempts[i]
		if !a.Made() && info.SessionID != "" && a.Gateway == info.Scheme.Gateway() && a.Purchase.Reference == platform.ReferenceOf(event) {
			a.PaymentID, a.InDoubt = info.SessionID, false
		}
	}
}
