package charges_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A dying store is a process that is killed at a step: that step, and all that follow, do not
// happen, or happen and are not heard of.
type dying struct {
	charges.Store
	left *int // steps to live
	late bool // the last step happens
}

func (d dying) step(do func() error) error {
	*d.left--
	switch {
	case *d.left > 0:
		return do()
	case *d.left == 0 && d.late:
		_ = do()
	}
	return errKilled
}

func (d dying) Load(ctx context.Context, tenant, order string) (c charges.Charge, err error) {
	err = d.step(func() error { c, err = d.Store.Load(ctx, tenant, order); return err })
	return c, err
}

func (d dying) Save(ctx context.Context, charge charges.Charge) error {
	return d.step(func() error { return d.Store.Save(ctx, charge) })
}

type dyingGateway struct {
	platform.Gateway
	dying
}

func (g dyingGateway) Purchase(ctx context.Context, p platform.Purchase) (payment *platform.Payment, err error) {
	err = g.step(func() error { payment, err = g.Gateway.Purchase(ctx, p); return err })
	return payment, err
}

// A process that is killed between any two steps of a charge, and another one that goes on: one
// page is shown, every session that is paid is known, and Vora has one session.
func TestKilledBetweenAnyTwoSteps(t *testing.T) {
	t.Parallel()
	for name, atVora := range map[string]bool{"vora": true, "visionscope": false} {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, late %t", name, late), func(t *testing.T) {
				t.Parallel()
				killed := 0
				for steps := 1; ; steps++ {
					w := setup(t, atVora)
					left := steps
					d := dying{Store: w.store, left: &left, late: late}
					book, err := charges.New("crm", d, func(context.Context, string) (platform.Gateway, error) {
						return dyingGateway{w.gateway(), d}, nil
					}, charges.WithClock(w.Now))
					require.NoError(t, err)
					shown := map[string]bool{}
					show := func(charge charges.Charge, err error) {
						if err == nil && charge.Status() == platform.StatusPending {
							shown[charge.Current().CheckoutURL.Reveal()] = true
						}
					}
					charge, err := book.Pay(t.Context(), tenant, order, purchase)
					show(charge, err)
					if errors.Is(err, errKilled) {
						killed++
					}
					w.Advance(soon)
					charge, err = w.book().Pay(t.Context(), tenant, order, purchase)
					require.NoError(t, err)
					show(charge, err)
					require.Len(t, shown, 1, "killed at step %d", steps)
					require.Len(t, charge.Attempts, 1)
					if atVora {
						require.Len(t, w.Sessions(), 1, "killed at step %d", steps)
					}
					w.press(charge, buyer.CardApproved, true)
					require.Equal(t, platform.StatusApproved, w.charge().Status(), "killed at step %d", steps)
					if left > 0 {
						break // it lived
					}
				}
				require.GreaterOrEqual(t, killed, 4, "load, save, ask, load, save")
			})
		}
	}
}

// A scripted gateway makes its pages as a test says.
type scripted struct {
	platform.Gateway
	purchase func(platform.Purchase) (*platform.Payment, error)
}

func (g scripted) Purchase(_ context.Context, p platform.Purchase) (*platform.Payment, error) {
	return g.purchase(p)
}

// While the gateway makes the page, its event says that it was declined there, and another tab
// begins the next attempt, whose page cannot be made. The buyer who waits gets that attempt's page.
func TestPayGoesOnWithAnAttemptThatWasBegunMeanwhile(t *testing.T) {
	t.Parallel()
	var book *charges.Book
	var references []string
	down := &sdk.Error{Code: sdk.CodeProviderUnavailable}
	gateway := scripted{platform.NewVora(nil), func(p platform.Purchase) (*platform.Payment, error) {
		references = append(references, p.Reference)
		switch n := len(references); n {
		case 1:
			_, _, err := book.Take(t.Context(), tenant, &webhooks.SessionFailed{
				EventInfo: webhooks.EventInfo{Scheme: webhooks.SchemeVoraV1, SessionID: "session-1", Payment: sdk.PaymentFailed},
				Metadata:  map[string]string{"hostedpay_reference": p.Reference},
			})
			require.NoError(t, err)
			_, err = book.Retry(t.Context(), tenant, order, purchase)
			require.ErrorIs(t, err, down)
		case 2:
			return nil, down
		}
		id := fmt.Sprintf("session-%d", len(references))
		return &platform.Payment{ID: id, Status: platform.StatusPending, Amount: p.Amount, CheckoutURL: sdk.NewSecret("https://pay.example.com/" + id)}, nil
	}}
	book = bookAt(t, gateway, charges.NewMemoryStore())
	charge, err := book.Pay(t.Context(), tenant, order, purchase)
	require.NoError(t, err)
	require.Equal(t, platform.StatusPending, charge.Status())
	require.Equal(t, "https://pay.example.com/session-3", charge.Current().CheckoutURL.Reveal())
	require.Len(t, charge.Attempts, 2)
	require.Equal(t, "session-1", charge.Attempts[0].PaymentID)
	require.Equal(t, references[1], references[2], "the next attempt, and not one after it")
}

// The response to the create was lost, but the buyer's event was faster: nothing is unknown.
func TestAnEventIsFasterThanTheLossOfTheResponse(t *testing.T) {
	t.Parallel()
	var book *charges.Book
	gateway := scripted{platform.NewVora(nil), func(p platform.Purchase) (*platform.Payment, error) {
		_, _, err := book.Take(t.Context(), tenant, &webhooks.SessionSucceeded{
			EventInfo: webhooks.EventInfo{Scheme: webhooks.SchemeVoraV1, SessionID: "session-1", Payment: sdk.PaymentPaid, Amount: p.Amount},
			Metadata:  map[string]string{"hostedpay_reference": p.Reference},
		})
		require.NoError(t, err)
		return &platform.Payment{Status: platform.StatusUnknown, Cause: errKilled}, nil
	}}
	book = bookAt(t, gateway, charges.NewMemoryStore())
	charge, err := book.Pay(t.Context(), tenant, order, purchase)
	require.NoError(t, err)
	require.Equal(t, platform.StatusApproved, charge.Status())
}

// The response to a create was lost. While it is asked for again, its event says that the payment
// was declined, and then the gateway is too busy to respond: the payment is known by then, and the
// buyer can try again.
func TestAnEventComesWhileALostResponseIsAskedForAgain(t *testing.T) {
	t.Parallel()
	var book *charges.Book
	calls, busy := 0, &sdk.Error{Code: sdk.CodeRateLimitExceeded}
	gateway := scripted{platform.NewVora(nil), func(p platform.Purchase) (*platform.Payment, error) {
		if calls++; calls == 1 {
			return &platform.Payment{Status: platform.StatusUnknown, Cause: errKilled}, nil
		}
		_, _, err := book.Take(t.Context(), tenant, &webhooks.SessionFailed{
			EventInfo: webhooks.EventInfo{Scheme: webhooks.SchemeVoraV1, SessionID: "session-1", Payment: sdk.PaymentFailed},
			Metadata:  map[string]string{"hostedpay_reference": p.Reference},
		})
		require.NoError(t, err)
		return nil, busy
	}}
	book = bookAt(t, gateway, charges.NewMemoryStore())
	_, err := book.Pay(t.Context(), tenant, order, purchase)
	require.ErrorIs(t, err, errKilled)
	charge, err := book.Pay(t.Context(), tenant, order, purchase)
	require.ErrorIs(t, err, busy)
	require.Equal(t, platform.StatusDeclined, charge.Status())
	require.Equal(t, "session-1", charge.Current().PaymentID)
}

// The response to a create was lost, and the gateway rejects the same request when it is asked
// again: the page may be there all the same, so that the order keeps its amount.
func TestARejectionAfterALostResponse(t *testing.T) {
	t.Parallel()
	calls, busy := 0, &sdk.Error{Code: sdk.CodeRateLimitExceeded}
	gateway := scripted{platform.NewVora(nil), func(platform.Purchase) (*platform.Payment, error) {
		if calls++; calls == 1 {
			return &platform.Payment{Status: platform.StatusUnknown, Cause: errKilled}, nil
		}
		return nil, busy
	}}
	book := bookAt(t, gateway, charges.NewMemoryStore())
	_, err := book.Pay(t.Context(), tenant, order, purchase)
	require.ErrorIs(t, err, errKilled)
	charge, err := book.Pay(t.Context(), tenant, order, purchase)
	require.ErrorIs(t, err, busy)
	require.Equal(t, platform.StatusUnknown, charge.Status())
	for _, amount := range []money.Amount{money.Minor(2999, "USD"), money.Minor(1499, "EUR")} {
		other := purchase
		other.Amount = amount
		_, err = book.Pay(t.Context(), tenant, order, other)
		require.ErrorIs(t, err, charges.ErrOtherAmount)
	}
	require.Equal(t, 2, calls)
}

// The buyer has closed the tab before the gateway responds: the page is stored all the same, or
// another one would be made.
func TestThePageOfACallerWhoIsGone(t *testing.T) {
	t.Parallel()
	caller, leave := context.WithCancel(t.Context())
	gateway := scripted{platform.NewVora(nil), func(p platform.Purchase) (*platform.Payment, error) {
		leave()
		return &platform.Payment{ID: "session", Status: platform.StatusPending, Amount: p.Amount, CheckoutURL: sdk.NewSecret("https://pay.example.com/session")}, nil
	}}
	store := charges.NewMemoryStore()
	book := bookAt(t, gateway, store)
	_, err := book.Pay(caller, tenant, order, purchase)
	require.NoError(t, err)
	charge, err := store.Load(t.Context(), tenant, order)
	require.NoError(t, err)
	require.Equal(t, platform.StatusPending, charge.Status())
	require.Equal(t, "session", charge.Current().PaymentID)
}

// A page that an earlier call made cannot be read: nobody knows whether it was paid, and it is not
// shown.
func TestAPaymentThatNobodyKnowsIsNotShown(t *testing.T) {
	t.Parallel()
	gateway := scripted{platform.NewVora(nil), func(p platform.Purchase) (*platform.Payment, error) {
		return &platform.Payment{
			ID: "session", Status: platform.StatusUnknown, Amount: p.Amount, CheckoutURL: sdk.NewSecret("https://pay.example.com/session"), Replayed: true, Cause: errKilled,
		}, nil
	}}
	book := bookAt(t, gateway, charges.NewMemoryStore())
	charge, err := book.Pay(t.Context(), tenant, order, purchase)
	require.ErrorIs(t, err, errKilled)
	require.Equal(t, platform.StatusUnknown, charge.Status())
	require.Empty(t, charge.Current().CheckoutURL.Reveal())
}

// An event names another payment than the gateway's response does, as after a create that was
// repeated. The first one stays, and the other one's page is not shown as its own.
func TestAResponseWithAnotherPaymentThanItsEvent(t *testing.T) {
	t.Parallel()
	var book *charges.Book
	gateway := scripted{platform.NewVora(nil), func(p platform.Purchase) (*platform.Payment, error) {
		_, _, err := book.Take(t.Context(), tenant, &webhooks.SessionFailed{
			EventInfo: webhooks.EventInfo{Scheme: webhooks.SchemeVoraV1, SessionID: "session-1", Payment: sdk.PaymentFailed},
			Metadata:  map[string]string{"hostedpay_reference": p.Reference},
		})
		require.NoError(t, err)
		return &platform.Payment{ID: "session-2", Status: platform.StatusPending, Amount: p.Amount, CheckoutURL: sdk.NewSecret("https://pay.example.com/session-2")}, nil
	}}
	book = bookAt(t, gateway, charges.NewMemoryStore())
	charge, err := book.Pay(t.Context(), tenant, order, purchase)
	require.NoError(t, err)
	require.Equal(t, platform.StatusDeclined, charge.Status())
	require.Equal(t, "session-1", charge.Current().PaymentID)
	require.Empty(t, charge.Current().CheckoutURL.Reveal())
}

// A process whose clock is ahead takes a page for expired, and asks about it. A read does not say
// where the page is, and the other processes still show it.
func TestAReadLeavesThePage(t *testing.T) {
	t.Parallel()
	store, now := charges.NewMemoryStore(), time.Now()
	page := sdk.NewSecret("https://pay.example.com/session")
	gateway := readableScript{scripted{platform.NewVora(nil), func(p platform.Purchase) (*platform.Payment, error) {
		return &platform.Payment{ID: "session", Status: platform.StatusPending, Amount: p.Amount, CheckoutURL: page, ExpiresAt: now.Add(time.Minute)}, nil
	}}, &readable{}}
	var shown []charges.Charge
	for _, ahead := range []time.Duration{0, time.Hour, 0} {
		book := bookAt(t, gateway, store, charges.WithClock(func() time.Time { return now.Add(ahead) }))
		charge, err := book.Pay(t.Context(), tenant, order, purchase)
		require.NoError(t, err)
		shown = append(shown, charge)
	}
	require.Equal(t, page, shown[0].Current().CheckoutURL)
	require.Equal(t, page, shown[2].Current().CheckoutURL)
	require.Equal(t, platform.StatusPending, shown[2].Status())
}

// A readableScript can be asked about the pages that it makes.
type readableScript struct {
	scripted
	platform.Retriever
}
