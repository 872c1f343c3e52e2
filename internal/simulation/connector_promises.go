package simulation

import (
	"context"
	"slices"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// The promises that a platform has besides those of every shop.
const (
	OnePagePerAttempt Promise = "an attempt has one page, whoever shows it"
	PaymentsKnown     Promise = "every paid session is known to its charge"
	RefundsMade       Promise = "a refund request has succeeded when the gateway made the refund, and not before"
	RefundsKnown      Promise = "every refund is in its charge, matched with its request or reported"
)

// checkAttemptsPage looks at a page of an attempt that reaches the buyer.
func (w *world) checkAttemptsPage(actor string, shown page) {
	if shown.attempt == "" || shown.kind != pagePay {
		return
	}
	pages := w.shop.platform.pages
	first, known := pages[shown.attempt]
	switch {
	case !known:
		pages[shown.attempt] = shown.session
	case first != shown.session:
		w.violate(OnePagePerAttempt, "%s was sent to %s of %s, and a buyer was at %s before", actor, w.aliasOf(shown.session), shown.attempt, w.aliasOf(first))
	}
}

// A made refund is one of the gateway's.
type madeRefund struct {
	session string
	amount  money.Amount
}

func refundsOf(s control.Session) (made map[string]madeRefund) {
	made = map[string]madeRefund{}
	for _, change := range s.History {
		if change.RefundID != "" {
			made[change.RefundID] = madeRefund{s.ID, money.Minor(change.Refunded, s.Amount.Currency())}
		}
	}
	return made
}

// checkRefundsMade looks at a charge that is stored.
func (w *world) checkRefundsMade(charge charges.Charge) {
	var ids []string
	for _, refund := range charge.Refunds {
		if slices.Contains(ids, refund.ID) && refund.ID != "" {
			w.violate(RefundsKnown, "%s of %s has a refund twice", charge.Order, charge.Tenant)
		}
		ids = append(ids, refund.ID)
		if refund.Status == charges.RefundSucceeded && !w.wasRefunded(charge, refund) {
			w.violate(RefundsMade, "%s of %s: %v has succeeded, and the gateway has not refunded it", charge.Order, charge.Tenant, refund.Amount)
		}
	}
}

func (w *world) wasRefunded(charge charges.Charge, refund charges.Refund) bool {
	return slices.ContainsFunc(charge.State.Sessions, func(known orders.Session) bool {
		s, _ := w.session(known.ID)
		made, ok := refundsOf(s)[refund.ID]
		return ok && made.amount == refund.Amount || w.truth[known.ID] != nil && w.truth[known.ID].odd
	})
}

// checkChargeAtEnd holds a charge to what the gateway knows.
func (w *world) checkChargeAtEnd(o Order, sessions []control.Session) {
	charge, _ := w.shop.db.Charges().Load(context.Background(), o.Tenant, o.Name)
	for _, s := range sessions {
		t := w.truth[s.ID]
		if t == nil || t.order != o.ID || !wasPaid(s) {
			continue
		}
		paid := slices.ContainsFunc(charge.State.Sessions, func(known orders.Session) bool { return known.ID == s.ID && !known.Paid.IsZero() })
		if !paid && !t.odd {
			w.violate(PaymentsKnown, "%s of %s is paid, and its charge does not know it", w.aliasOf(s.ID), o.ID)
		}
		for id := range refundsOf(s) {
			if known := slices.ContainsFunc(charge.Refunds, func(r charges.Refund) bool { return r.ID == id }); !known && !t.odd {
				w.violate(RefundsKnown, "a refund of %s of %s is in no request, and nobody was told", w.aliasOf(s.ID), o.ID)
			}
		}
	}
	for _, refund := range charge.Refunds {
		w.coverage.Reached["refund "+string(refund.Status)]++
		w.checkRequest(o, charge, refund)
	}
}

// checkRequest looks at a request that was kept before its refund was made: it has succeeded,
// unless another request of the same amount has taken its place.
func (w *world) checkRequest(o Order, charge charges.Charge, refund charges.Refund) {
	if refund.Status != charges.RefundAwaitingUpstream || !slices.Contains(w.shop.platform.requested, refund.Reference) || o.Gateway != sdk.GatewayVora {
		return
	}
	taken := slices.ContainsFunc(charge.Refunds, func(r charges.Refund) bool {
		return r.Amount == refund.Amount && r.Status == charges.RefundSucceeded && r.Reference != ""
	})
	if !taken {
		w.violate(RefundsKnown, "the refund %s of %s was made, and its request waits for it", refund.Reference, o.ID)
	}
}
