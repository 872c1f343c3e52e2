package visionscope

import (
	"encoding/json"
	"net/url"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
)

const pagePath = "/checkout/"

// PagePath is the path of the hosted pages.
func (g *Gateway) PagePath() string { return pagePath }

// Cards are the documented test cards.
func (g *Gateway) Cards() []contract.TestCard { return contract.VisionScopeTestCards() }

// Describe says that the buyer can always go back to the shop.
func (g *Gateway) Describe(c *page.Checkout, _ ledger.Session) { c.Cancelable = true }

// Charge charges a card. After 3D Secure the outcome is reported twice: the page and the bank race
// to report it. When the response to the charge was lost, the gateway's background sync finds out
// what became of it, and reports it at once.
func (g *Gateway) Charge(tx *ledger.Tx, card contract.TestCard, _ url.Values) {
	settled := gateway.Settle(tx, card)
	switch {
	case tx.Status == control.SessionProcessing:
		tx.Later(contract.VisionScopeReconcileEvery, func(tx *ledger.Tx) {
			if tx.Status == control.SessionProcessing {
				tx.Become(control.SessionSucceeded)
				report(tx, 0)
			}
		})
	case settled:
		g.reportLater(tx)
	}
	if card.Outcome == gateway.OutcomeAuthenticated {
		g.reportLater(tx)
	}
}

// Cancel ends the session: there is no URL for a cancelled payment but the return URL.
func (g *Gateway) Cancel(tx *ledger.Tx) {
	g.Charge(tx, contract.TestCard{Outcome: gateway.OutcomeDeclined, FailureCode: "cancelled", Label: "Payment cancelled by the shopper"}, nil)
}

// CancelURL is none: a cancelled session does not stay open.
func (g *Gateway) CancelURL(ledger.Session) string { return "" }

// ReturnURL is the merchant's URL with parameters that nobody signs.
func (g *Gateway) ReturnURL(s ledger.Session) string {
	d := s.Details.(details)
	query := url.Values{
		contract.VisionScopeReturnQuerySessionID: {s.ID}, contract.VisionScopeReturnQueryOrderID: {d.orderID},
		contract.VisionScopeReturnQueryStatus: {"paid"},
	}
	if s.Status == control.SessionFailed {
		query.Set(contract.VisionScopeReturnQueryStatus, "failed")
		query.Set(contract.VisionScopeReturnQueryReason, s.FailureReason)
	}
	return gateway.AddQuery(d.returnURL, query)
}

// ReturnOrigins are the URLs that the merchant gave.
func (g *Gateway) ReturnOrigins(s ledger.Session) []string {
	return []string{s.Details.(details).returnURL}
}

// A finishedMessage is what a framed page posts to the shop's page around it. The documentation
// mentions a message and not its shape: this one is the sandbox's own. Like the return URL, it is
// not signed.
type finishedMessage struct {
	Type      string `json:"type"`
	SessionID string `json:"session_id"`
	OrderID   string `json:"order_id"`
	Status    string `json:"status"`
	Reason    string `json:"reason,omitempty"`
	ReturnURL string `json:"return_url"`
}

// FinishedMessage says how the checkout ended.
func (g *Gateway) FinishedMessage(s ledger.Session) string {
	message := finishedMessage{
		Type: "visionscope.checkout.finished", SessionID: s.ID, OrderID: s.Details.(details).orderID, Status: "paid",
		ReturnURL: g.ReturnURL(s),
	}
	if s.Status == control.SessionFailed {
		message.Status, message.Reason = "failed", s.FailureReason
	}
	encoded, _ := json.Marshal(message) // strings always encode
	return string(encoded)
}
