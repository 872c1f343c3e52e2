package shop

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope/embedded"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// visitorsOrder returns the order that the URL names, or the latest one, among the orders of the
// browser's own cookie.
func (s *Shop) visitorsOrder(w http.ResponseWriter, r *http.Request) (order, bool) {
	number, err := strconv.ParseInt(cmp.Or(r.URL.Query().Get("order"), "0"), 10, 64)
	if err != nil {
		return s.found(w, order{}, errNoOrder)
	}
	o, err := s.orders.ofVisitor(r.Context(), s.knownVisitor(r), number)
	return s.found(w, o, err)
}

// returned returns the order of the session at Vora that a buyer comes back from. The query chooses
// among the orders of the browser's own cookie, and only among those. It need not be the latest
// one, because the shop can be open in two tabs.
func (s *Shop) returned(w http.ResponseWriter, r *http.Request) (order, bool) {
	session := r.URL.Query().Get("session")
	if session == "" {
		return s.visitorsOrder(w, r)
	}
	o, err := s.orders.back(r.Context(), s.knownVisitor(r), sdk.GatewayVora, session)
	return s.found(w, o, err)
}

// found shows a problem page when the order was not found.
func (s *Shop) found(w http.ResponseWriter, o order, err error) (order, bool) {
	switch {
	case errors.Is(err, errNoOrder):
		s.showProblem(w, http.StatusNotFound, "We do not know this browser", "Your order is safe with us. Please open the page in the browser that you ordered with.")
	case err != nil:
		s.Log.Error("an order cannot be read", "error", err)
		s.showProblem(w, http.StatusServiceUnavailable, "Something went wrong", "Your order is safe with us. Please try again in a moment.")
	}
	return o, err == nil
}

// returnFromVora asks the gateway when no webhook has arrived yet.
func (s *Shop) returnFromVora(w http.ResponseWriter, r *http.Request) {
	o, ok := s.returned(w, r)
	if !ok {
		return
	}
	o, confirmed := s.ask(r, o)
	if confirmed != nil && confirmed.ReturnProblem != nil {
		s.Log.Warn("a return URL has a problem", "session_id", o.Session, "problem", confirmed.ReturnProblem)
	}
	s.showOutcome(w, outcomeOf(o))
}

// ask asks Vora about an order that is not decided yet, and enters what it says. The order is as it
// is then; the confirmation is nil when Vora was not asked or did not say. Buyers do not wait until
// the gateway's rate limit allows the call: the page then says that the payment is being checked.
func (s *Shop) ask(r *http.Request, o order) (order, *vora.Confirmation) {
	if s.Vora == nil || o.State != open || o.Way.gateway() != sdk.GatewayVora || o.Session == "" {
		return o, nil
	}
	return s.askFor(r.Context(), o, r.URL.Query())
}

// askFor asks Vora about an order of its own. The query is that of a returning buyer, or empty.
func (s *Shop) askFor(ctx context.Context, o order, query url.Values) (order, *vora.Confirmation) {
	within, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	confirmed, err := s.Vora.Client.ConfirmReturn(within, query, vora.ExpectedReturn{
		Secrets: []sdk.Secret{s.Vora.SessionSecret}, SessionID: o.Session, Amount: o.Amount, URL: s.PublicURL + "/return/vora",
	})
	if err != nil {
		s.Log.Warn("a session cannot be read", "session_id", o.Session, "error", err)
		return o, nil
	}
	known, err := s.enterRead(ctx, o.Number, confirmed.Session)
	if err != nil {
		s.Log.Error("what Vora says cannot be written", "order", o.Number, "session_id", o.Session, "error", err)
		return o, nil
	}
	return known, confirmed
}

// enterRead enters what Vora says into the order as it is by now: a webhook may have arrived since.
func (s *Shop) enterRead(ctx context.Context, number int64, session *vora.Session) (order, error) {
	tx, err := s.DB.BeginTx(ctx, nil)
	if err != nil {
		return order{}, err
	}
	defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
	table := orderTable{tx}
	o, err := table.at(ctx, sdk.GatewayVora, number)
	if err != nil {
		return order{}, err
	}
	if o, err = s.enter(ctx, table, o, readReport(session)); err != nil {
		return order{}, err
	}
	return o, tx.Commit()
}

// returnFromVisionScope shows what the webhook has reported so far. The query is not signed: the
// shop's own part of it chooses the order, and the gateway's only affects how the page says that
// the outcome is not known yet.
func (s *Shop) returnFromVisionScope(w http.ResponseWriter, r *http.Request) {
	claimed, _ := visionscope.ParseReturn(r.URL.Query()) // claims nothing when it cannot be read
	o, ok := s.visitorsOrder(w, r)
	if !ok {
		return
	}
	view := outcomeOf(o)
	view.Doubtful = claimed.ClaimedStatus == visionscope.ClaimedFailed
	s.showOutcome(w, view)
}

// showOrder is for a buyer who looks at the order, or has pressed Vora's cancel button: the
// checkout can be paid until it expires. It says that nothing was charged only when that is known.
func (s *Shop) showOrder(w http.ResponseWriter, r *http.Request) {
	o, ok := s.visitorsOrder(w, r)
	if !ok {
		return
	}
	o, confirmed := s.ask(r, o)
	view := outcomeOf(o)
	unpaid := o.State == open && o.Session == ""
	if confirmed != nil {
		unpaid = confirmed.Session.Status == vora.StatusPending
	}
	if o.payableHere() { // it may be paid by now: VisionScope has no call to ask
		view.Resume = "/checkout" + o.query()
	}
	if unpaid && !o.paidElsewhere() {
		s.show(w, http.StatusOK, "cancelled", map[string]any{"Order": o, "Purchase": s.purchaseOf(s.visitor(w, r), o.Purchase)})
		return
	}
	s.showOutcome(w, view)
}

// An outcome is what a returning buyer sees.
type outcome struct {
	Order    order
	Status   sdk.PaymentStatus
	Doubtful bool   // the unsigned return says that it failed
	Returned bool   // everything was refunded
	Resume   string // URL of the checkout, for a buyer who may not have paid
}

// outcomeOf is the outcome that is known. A payment for which no parcel has left has a problem, or
// a part of it was given back.
func outcomeOf(o order) outcome {
	switch o.State {
	case paid:
		if (len(o.Problems()) > 0 || !o.PurchaseSent()) && !o.sent() && !o.refundedAll() {
			return outcome{Order: o, Status: sdk.PaymentPending} // somebody is looking at it
		}
		return outcome{Order: o, Status: sdk.PaymentPaid, Returned: o.refundedAll()}
	case failed, expired:
		return outcome{Order: o, Status: sdk.PaymentFailed}
	case open:
	}
	return outcome{Order: o, Status: sdk.PaymentPending}
}

// word is the outcome as the template names it.
func (v *outcome) word() string {
	switch {
	case v.Status.Paid():
		return "paid"
	case v.Order.paidElsewhere(): // the buyer has left this order for another gateway, and paid there
		return "paid elsewhere"
	case v.Status.Unpaid():
		return "failed"
	}
	return "processing"
}

// showOutcome may be framed by the shop itself, for the browsers that BreakOut cannot tell.
func (s *Shop) showOutcome(w http.ResponseWriter, view outcome) {
	if view.Returned {
		s.showProblem(w, http.StatusOK, "Your money is on its way back",
			fmt.Sprintf("Order %d was paid, and its %s were given back to you. It can take some days until your bank shows them.", view.Order.Number, view.Order.Amount))
		return
	}
	o := view.Order
	w.Header().Set("Content-Security-Policy", policy+"frame-ancestors 'self'; script-src "+embedded.BreakOutScriptSource())
	s.show(w, http.StatusOK, "outcome", map[string]any{
		"Order": &o, "Outcome": view.word(), "Sent": o.sent(), "Doubtful": view.Doubtful, "Resume": view.Resume, "BreakOut": embedded.BreakOutScript(),
	})
}

func (s *Shop) showOrders(w http.ResponseWriter, r *http.Request) {
	list, err := s.orders.all(r.Context())
	if err != nil {
		s.Log.Error("the orders cannot be read", "error", err)
		s.showProblem(w, http.StatusServiceUnavailable, "Something went wrong", "The orders cannot be read.")
		return
	}
	s.show(w, http.StatusOK, "orders", map[string]any{"Orders": list})
}
