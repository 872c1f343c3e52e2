// Package platformtest holds a [platform.Gateway] to its interface: what its capabilities say, it
// does, and what they deny, it does not pretend.
package platformtest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
)

// A World is a gateway and everybody around it, for one test: what a buyer and a merchant do there,
// and what the platform gets to know.
type World struct {
	Gateway platform.Gateway

	// Purchase is one that the gateway accepts, of two minor units or more. Each exercise replaces
	// its Reference.
	Purchase platform.Purchase

	// What the buyer does on a payment's page.
	Pay, Decline func(payment *platform.Payment)

	// Expire lets a payment's time pass; nil where payments have no end.
	Expire func(payment *platform.Payment)

	// Refund gives back a part of a payment at the gateway; nil where nobody can.
	Refund func(payment *platform.Payment, amount money.Amount)

	// LoseResponse has the gateway make the next purchase and lose the response, once.
	LoseResponse func()

	// Told is where a payment stands by what the gateway has told the platform by itself.
	Told func(payment *platform.Payment) platform.Status
}

// Exercise runs every exercise, each in a world of its own that start makes.
func Exercise(t *testing.T, start func(t *testing.T) World) {
	t.Helper()
	for _, exercise := range exercises {
		t.Run(exercise.name, func(t *testing.T) {
			w := start(t)
			w.Purchase.Reference = platform.Reference("exercise", exercise.name, 1)
			exercise.run(t, w)
		})
	}
}

var exercises = []struct {
	name string
	run  func(*testing.T, World)
}{
	{"capabilities", capabilities},
	{"paid", paid},
	{"declined", declined},
	{"expired", expired},
	{"same reference", sameReference},
	{"same reference after the payment", sameReferenceAfterwards},
	{"lost response", lostResponse},
	{"rejected purchase", rejected},
	{"refunds", refunds},
}

// capabilities and methods agree.
func capabilities(t *testing.T, w World) {
	g := w.Gateway
	must(t, g.Name() != "", "the gateway has no name")
	equal(t, "purchase", g.Capability(platform.OperationPurchase).Support, platform.SupportDirect)
	_, retriever := g.(platform.Retriever)
	equal(t, "whether it retrieves, by its capability,", supports(w, platform.OperationRetrieve), retriever)
	_, refunder := g.(platform.Refunder)
	equal(t, "whether it refunds, by its capability,", supports(w, platform.OperationRefund), refunder)
	for _, operation := range append(platform.Operations(), "make coffee") {
		err := platform.Unsupported(g, operation)
		switch capability := g.Capability(operation); capability.Support {
		case platform.SupportDirect:
			succeeds(t, err)
		case platform.SupportWithPurchase, platform.SupportUpstream, platform.SupportNone:
			must(t, capability.Reason != "", "%s is %s without a reason", operation, capability.Support)
			must(t, errors.Is(err, errors.ErrUnsupported), "%s: %v is not errors.ErrUnsupported", operation, err)
			for _, part := range []string{string(g.Name()), string(operation), capability.Reason} {
				must(t, strings.Contains(err.Error(), part), "the error %q does not say %q", err, part)
			}
			equal(t, "handling", platform.HandlingOf(err), platform.HandlingFixMapping)
		default:
			t.Fatalf("%s has the unknown support %q", operation, capability.Support)
		}
	}
}

func supports(w World, operation platform.Operation) bool {
	return w.Gateway.Capability(operation).Support == platform.SupportDirect
}

// buy is a new purchase, which is pending.
func buy(t *testing.T, w World) *platform.Payment {
	t.Helper()
	payment, err := w.Gateway.Purchase(t.Context(), w.Purchase)
	succeeds(t, err)
	equal(t, "status", payment.Status, platform.StatusPending)
	must(t, payment.ID != "", "the payment has no ID")
	equal(t, "reference", payment.Reference, w.Purchase.Reference)
	equal(t, "amount", payment.Amount, w.Purchase.Amount)
	must(t, payment.CheckoutURL.Reveal() != "", "the payment has no page")
	must(t, !strings.Contains(fmt.Sprintf("%+v", payment), payment.CheckoutURL.Reveal()), "the page's address is printed: whoever has it can see the purchase")
	equal(t, "replayed", payment.Replayed, false)
	succeeds(t, payment.Cause)
	stands(t, w, payment, platform.StatusPending)
	return payment
}

// again asks for the same purchase again, which must be the same payment.
func again(t *testing.T, w World, payment *platform.Payment) *platform.Payment {
	t.Helper()
	repeated, err := w.Gateway.Purchase(t.Context(), w.Purchase)
	succeeds(t, err)
	equal(t, "ID of the repeated purchase", repeated.ID, payment.ID)
	equal(t, "replayed", repeated.Replayed, true)
	equal(t, "its status in the SDK's words", platform.StatusOf(repeated.Payment), repeated.Status)
	return repeated
}

// stands requires that a payment stands somewhere, by every source that the gateway has.
func stands(t *testing.T, w World, payment *platform.Payment, want platform.Status) {
	t.Helper()
	equal(t, "status by events", w.Told(payment), want)
	retriever, ok := w.Gateway.(platform.Retriever)
	if !ok {
		return
	}
	read, err := retriever.Retrieve(t.Context(), payment.ID)
	succeeds(t, err)
	equal(t, "status by a read", read.Status, want)
	equal(t, "the same in the SDK's words", platform.StatusOf(read.Payment), want)
	equal(t, "ID by a read", read.ID, payment.ID)
	equal(t, "amount by a read", read.Amount, payment.Amount)
}

func paid(t *testing.T, w World) {
	payment := buy(t, w)
	w.Pay(payment)
	stands(t, w, payment, platform.StatusApproved)
}

func declined(t *testing.T, w World) {
	payment := buy(t, w)
	w.Decline(payment)
	stands(t, w, payment, platform.StatusDeclined)
}

func expired(t *testing.T, w World) {
	if w.Expire == nil {
		t.Skip("payments at this gateway have no end")
	}
	payment := buy(t, w)
	w.Expire(payment)
	stands(t, w, payment, platform.StatusExpired)
	if supports(w, platform.OperationRepeat) {
		repeated := again(t, w, payment)
		equal(t, "status of the repeated purchase", repeated.Status, platform.StatusExpired)
		must(t, repeated.CheckoutURL.Reveal() == "", "a buyer would be sent to a page on which nothing can be paid")
	}
}

func sameReference(t *testing.T, w World) {
	skipWithoutRepeat(t, w)
	payment := buy(t, w)
	repeated := again(t, w, payment)
	equal(t, "status of the repeated purchase", repeated.Status, platform.StatusPending)
	must(t, repeated.CheckoutURL.Reveal() == payment.CheckoutURL.Reveal(), "the repeated purchase has another page")

	other := w.Purchase
	other.Amount = money.Minor(other.Amount.Minor()+1, other.Amount.Currency())
	rejects(t, w, other)
}

func sameReferenceAfterwards(t *testing.T, w World) {
	skipWithoutRepeat(t, w)
	payment := buy(t, w)
	w.Pay(payment)
	repeated := again(t, w, payment)
	equal(t, "status of the repeated purchase", repeated.Status, platform.StatusApproved)
	must(t, repeated.CheckoutURL.Reveal() == "", "a buyer who has paid would be sent to the page again")
}

func skipWithoutRepeat(t *testing.T, w World) {
	t.Helper()
	if !supports(w, platform.OperationRepeat) {
		t.Skip(w.Gateway.Capability(platform.OperationRepeat).Reason)
	}
}

// Nobody knows what came of a purchase whose response was lost: it is no failure.
func lostResponse(t *testing.T, w World) {
	w.LoseResponse()
	payment, err := w.Gateway.Purchase(t.Context(), w.Purchase)
	succeeds(t, err)
	equal(t, "status", payment.Status, platform.StatusUnknown)
	equal(t, "final", payment.Status.Final(), false)
	equal(t, "ID", payment.ID, "")
	equal(t, "reference", payment.Reference, w.Purchase.Reference)
	equal(t, "amount", payment.Amount, w.Purchase.Amount)
	must(t, payment.Cause != nil, "the payment does not say why it is unknown")
	equal(t, "handling of the cause", platform.HandlingOf(payment.Cause), platform.HandlingResume)
	if !supports(w, platform.OperationRepeat) {
		return
	}
	resumed, err := w.Gateway.Purchase(t.Context(), w.Purchase)
	succeeds(t, err)
	equal(t, "status of the repeated purchase", resumed.Status, platform.StatusPending)
	w.Pay(resumed)
	stands(t, w, resumed, platform.StatusApproved)
}

func rejected(t *testing.T, w World) {
	w.Purchase.Amount = money.Amount{}
	rejects(t, w, w.Purchase)
}

// rejects requires that a purchase is a mistake of the adapter.
func rejects(t *testing.T, w World, purchase platform.Purchase) {
	t.Helper()
	payment, err := w.Gateway.Purchase(t.Context(), purchase)
	must(t, err != nil && payment == nil, "the purchase of %v succeeded: %v, %v", purchase.Amount, payment, err)
	equal(t, "handling", platform.HandlingOf(err), platform.HandlingFixMapping)
}

func refunds(t *testing.T, w World) {
	if support := w.Gateway.Capability(platform.OperationRefund); w.Refund == nil {
		must(t, support.Support != platform.SupportDirect && support.Support != platform.SupportUpstream, "the world cannot refund, the gateway can")
		t.Skip(support.Reason)
	}
	payment := buy(t, w)
	w.Pay(payment)
	w.Refund(payment, money.Minor(1, payment.Amount.Currency()))
	stands(t, w, payment, platform.StatusApproved)
	w.Refund(payment, money.Minor(payment.Amount.Minor()-1, payment.Amount.Currency()))
	stands(t, w, payment, platform.StatusRefunded)
}

func succeeds(t *testing.T, err error) {
	t.Helper()
	must(t, err == nil, "unexpected error: %v", err)
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	must(t, got == want, "%s is %v, and must be %v", what, got, want)
}

func must(t *testing.T, ok bool, format string, args ...any) {
	t.Helper()
	if !ok {
		t.Fatalf(format, args...)
	}
}
