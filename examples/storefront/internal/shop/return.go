package shop

import (
	"errors"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// visitorsOrder finds the order of the browser's own cookie. Nothing in a query says whose order is shown.
func (s *Shop) visitorsOrder(w http.ResponseWriter, r *http.Request) (order, bool) {
	o, err := s.orders.byID(r.Context(), s.cookie(r, "order"))
	switch {
	case errors.Is(err, errNoOrder):
		s.showProblem(w, http.StatusNotFound, "We do not know this browser", "Your order is safe with us. Please open the page in the browser that you ordered with.")
	case err != nil:
		s.Log.Error("an order cannot be read", "error", err)
		s.showProblem(w, http.StatusServiceUnavailable, "Something went wrong", "Your order is safe with us. Please try again in a moment.")
	}
	return o, err == nil
}

// returnFromVora asks the gateway when the webhook has not come yet. The answer is for the buyer's eyes: the parcel
// leaves when the webhook comes.
func (s *Shop) returnFromVora(w http.ResponseWriter, r *http.Request) {
	o, ok := s.visitorsOrder(w, r)
	if !ok {
		return
	}
	view := outcomeOf(o)
	if o.State == open && o.Way == voraRedirect {
		confirmed, err := s.Vora.Client.ConfirmReturn(r.Context(), r.URL.Query(), vora.ExpectedReturn{
			Secrets: []sdk.Secret{s.Vora.SessionSecret}, SessionID: o.Session, Amount: o.Amount, URL: s.PublicURL + "/return/vora",
		})
		switch {
		case err != nil:
			s.Log.Warn("a return cannot be confirmed", "session_id", o.Session, "error", err)
		case confirmed.ReturnProblem != nil:
			s.Log.Warn("a return was odd", "session_id", o.Session, "problem", confirmed.ReturnProblem)
			fallthrough
		default:
			view.Outcome = confirmed.Outcome
		}
	}
	s.showOutcome(w, view)
}

// returnFromVisionScope shows what the webhook has said so far. The query is not signed: it may only choose how we say
// that we do not know yet.
func (s *Shop) returnFromVisionScope(w http.ResponseWriter, r *http.Request) {
	o, ok := s.visitorsOrder(w, r)
	if !ok {
		return
	}
	view := outcomeOf(o)
	claimed, err := visionscope.ParseReturn(r.URL.Query())
	view.Doubtful = err == nil && claimed.SessionID == o.Session && claimed.Status == visionscope.ClaimedFailed
	s.showOutcome(w, view)
}

func (s *Shop) showOrder(w http.ResponseWriter, r *http.Request) {
	if o, ok := s.visitorsOrder(w, r); ok {
		s.showOutcome(w, outcomeOf(o))
	}
}

// showCancelled changes nothing: the checkout can still be paid, until it expires.
func (s *Shop) showCancelled(w http.ResponseWriter, r *http.Request) {
	o, ok := s.visitorsOrder(w, r)
	if !ok {
		return
	}
	if o.State != open {
		http.Redirect(w, r, "/order", http.StatusSeeOther)
		return
	}
	s.show(w, http.StatusOK, "cancelled", map[string]any{"Order": o, "Purchase": s.purchaseOf(s.visitor(w, r), o.ID)})
}

// An outcome is what a buyer who is back sees.
type outcome struct {
	Order    order
	Outcome  vora.Outcome
	Doubtful bool // the gateway's unsigned word is that it failed
}

// outcomeOf is what the webhooks have said.
func outcomeOf(o order) outcome {
	switch o.State {
	case paid:
		return outcome{Order: o, Outcome: vora.Paid}
	case failed, expired:
		return outcome{Order: o, Outcome: vora.Failed}
	case open:
	}
	return outcome{Order: o, Outcome: vora.Processing}
}

// showOutcome may be framed by the shop itself, for the browsers that BreakOut cannot tell.
func (s *Shop) showOutcome(w http.ResponseWriter, view outcome) {
	w.Header().Set("Content-Security-Policy", policy+"frame-ancestors 'self'; script-src "+visionscope.BreakOutScriptSource())
	s.show(w, http.StatusOK, "outcome", map[string]any{
		"Order": view.Order, "Outcome": view.Outcome, "Doubtful": view.Doubtful, "BreakOut": visionscope.BreakOutScript(),
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
