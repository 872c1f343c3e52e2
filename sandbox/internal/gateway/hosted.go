package gateway

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/journal"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
)

// Pages are the hosted pages of a gateway.
type Pages struct {
	Gateway
	env Environment
}

// NewPages returns the hosted pages of a gateway.
func NewPages(g Gateway, env Environment) Pages { return Pages{g, env} }

// Show shows a session's page.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) {
	s, err := p.session(r)
	if err != nil {
		p.writeUnknown(w, r)
		return
	}
	p.write(w, http.StatusOK, p.checkout(r, s), p.ReturnOrigins(s)...)
}

// Submit does what the button says that the buyer pressed, and redirects the browser. Pressing a
// button of a session that has ended changes nothing.
func (p Pages) Submit(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, journal.MaxRequestBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	action := r.PostForm.Get("action")
	s, err := p.session(r)
	if err == nil {
		s, err = p.env.Ledger.Update(s.ID, func(tx *ledger.Tx) {
			if tx.Status == control.SessionPending {
				p.press(tx, action, r.PostForm)
			}
		})
	}
	if err != nil {
		p.writeUnknown(w, r)
		return
	}
	next := p.next(s, action)
	if exit := r.PostForm.Get("exit"); next != "" && exit != "" && p.embedder() != nil {
		p.write(w, http.StatusOK, p.handBack(r, s, exit), p.ReturnOrigins(s)...)
		return
	}
	if next != "" {
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // to the merchant's own return URL
		return
	}
	c := p.checkout(r, s)
	if action == "abandon" && s.Status == control.SessionPending {
		c.State = page.StateAbandoned
	}
	p.write(w, http.StatusOK, c, p.ReturnOrigins(s)...)
}

var errOtherGateway = errors.New("the session is another gateway's")

func (p Pages) session(r *http.Request) (ledger.Session, error) {
	s, err := p.env.Ledger.Session(r.PathValue("id"))
	if err == nil && s.Gateway != p.Name() {
		err = errOtherGateway
	}
	return s, err
}

// press does what a button says.
func (p Pages) press(tx *ledger.Tx, action string, form url.Values) {
	switch action {
	case "pay":
		p.Charge(tx, cardOf(p.Cards(), form.Get("card")), form)
	case "challenge_pass":
		if tx.Challenged {
			p.Charge(tx, contract.TestCard{Outcome: OutcomeAuthenticated}, nil)
		}
	case "challenge_fail":
		if tx.Challenged {
			p.Charge(tx, contract.TestCard{Outcome: OutcomeDeclined, FailureCode: "authentication_failed", Label: "Payment declined after 3DS"}, nil)
		}
	case "decline":
		p.Charge(tx, contract.TestCard{Outcome: OutcomeDeclined, FailureCode: "card_declined", Label: "The card was declined"}, nil)
	case "cancel":
		p.Cancel(tx)
	}
}

// next is where the browser goes after the form; empty when it stays, or its tab was closed.
func (p Pages) next(s ledger.Session, action string) string {
	switch {
	case action == "abandon":
		return ""
	case s.Status == control.SessionPending && action == "cancel":
		return p.CancelURL(s)
	case s.Status == control.SessionSucceeded, s.Status == control.SessionFailed:
		return p.ReturnURL(s)
	}
	return ""
}

// checkout is the content of a session's page. The challenge must not be framed: a framed page
// shows the way out of the frame instead.
func (p Pages) checkout(r *http.Request, s ledger.Session) page.Checkout {
	merchant, _ := p.env.Ledger.Merchant(s.MerchantID) // merchants are never removed
	c := page.Checkout{
		Gateway: s.Gateway, State: page.StateOpen, SessionID: s.ID, Merchant: merchant.Name,
		Amount: s.Amount, Description: s.Description, ExpiresAt: s.ExpiresAt, Now: p.env.Executor.Now(), Reason: s.FailureReason,
		CardEnding: s.CardEnding, Embeddable: p.embedder() != nil, Framed: framed(r) && p.embedder() != nil,
	}
	for _, card := range p.Cards() {
		c.Cards = append(c.Cards, page.Card{Number: grouped(card.Number), Label: card.Label})
	}
	switch s.Status {
	case control.SessionPending:
		if s.Challenged {
			c.State = page.StateChallenge
		}
	case control.SessionProcessing:
		c.State = page.StateProcessing
	case control.SessionExpired:
		c.State = page.StateExpired
	case control.SessionFailed:
		c.State, c.ReturnURL = page.StateFailed, p.ReturnURL(s)
	case control.SessionSucceeded, control.SessionRefunded:
		c.State, c.ReturnURL = page.StateSucceeded, p.ReturnURL(s)
	}
	if c.State == page.StateChallenge && framed(r) {
		c.State = page.StateBreakOut
	}
	p.Describe(&c, s)
	return c
}

// handBack is the page in a shop's frame that ends the checkout without loading the return URL in
// the frame: it leaves the frame, or posts a message to the shop's page.
func (p Pages) handBack(r *http.Request, s ledger.Session, exit string) page.Checkout {
	c := p.checkout(r, s)
	c.State, c.Framed = page.StateHandBack, false
	if exit == "message" {
		c.Message = p.embedder().FinishedMessage(s)
	}
	return c
}

// embedder is the gateway, when a shop may show its page in a frame; nil otherwise.
func (p Pages) embedder() Embedder {
	e, _ := p.Gateway.(Embedder)
	return e
}

// framed reports whether a browser loads the page into a frame.
func framed(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return dest == "iframe" || dest == "frame"
}

// writeUnknown responds to an unknown session ID, which is usually one of an earlier run.
func (p Pages) writeUnknown(w http.ResponseWriter, r *http.Request) {
	p.write(w, http.StatusNotFound, page.Checkout{
		Gateway: p.Name(), State: page.StateUnknown, SessionID: r.PathValue("id"), Embeddable: p.embedder() != nil,
	})
}

// write responds with a page, whose form may lead to formAction.
func (p Pages) write(w http.ResponseWriter, status int, c page.Checkout, formAction ...string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", page.ContentSecurityPolicy(c, formAction...))
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if err := page.Render(w, c); err != nil {
		p.env.Log.Error("a page cannot be shown", "session_id", c.SessionID, "error", err)
	}
}
