package vora

import (
	"net/url"
	"strconv"
	"strings"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/returnurl"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

const pagePath = "/c/"

// PagePath is the path of the hosted pages.
func (g *Gateway) PagePath() string { return pagePath }

// Cards are the documented test cards.
func (g *Gateway) Cards() []contract.TestCard { return contract.VoraTestCards() }

// Describe adds the order and the buyer.
func (g *Gateway) Describe(c *page.Checkout, s ledger.Session) {
	request := detailsOf(&s).request
	c.Cancelable, c.Locale = request.CancelURL != nil, gateway.Value(request.Locale)
	c.AlwaysDeclines = alwaysDeclines(&s)
	c.BuyerName, c.BuyerEmail = gateway.Value(request.BuyerName), gateway.Value(request.BuyerEmail)
	c.CollectShipping = gateway.Value(request.CollectShipping)
	for _, item := range gateway.Value(request.LineItems) {
		c.LineItems = append(c.LineItems, page.LineItem{
			Name: item.Name, Quantity: item.Quantity, ImageURL: gateway.Value(item.ImageURL),
			UnitAmount: money.Minor(item.UnitAmount, s.Amount.Currency()),
		})
	}
}

// Charge charges a card. The amount that is always declined in test mode comes before the card.
func (g *Gateway) Charge(tx *ledger.Tx, card contract.TestCard, form url.Values) {
	d := detailsOf(tx.Session)
	if form != nil && gateway.Value(d.request.CollectShipping) {
		d.shipping = shippingAddress(form)
		tx.Details = d
	}
	if form != nil && alwaysDeclines(tx.Session) {
		card = contract.TestCard{Outcome: gateway.OutcomeDeclined, FailureCode: contract.VoraDeclinedFailureCode, Label: "The card was declined"}
	}
	if card.Outcome == gateway.OutcomeApproved || card.Outcome == gateway.OutcomeAuthenticated {
		tx.TransactionID, tx.Refundable = "txn_"+g.ids.transaction.Base32(10), tx.Amount.Minor()
	}
	if gateway.Settle(tx, card) {
		g.report(tx, statusEvent(tx))
	}
}

// alwaysDeclines reports whether test mode declines the amount, whatever the card.
func alwaysDeclines(s *ledger.Session) bool { return s.Amount.Minor() == contract.VoraDeclinedAmount }

// Cancel leaves the session open: the buyer may come back.
func (g *Gateway) Cancel(*ledger.Tx) {}

// CancelURL is the merchant's.
func (g *Gateway) CancelURL(s ledger.Session) string {
	return gateway.Value(detailsOf(&s).request.CancelURL)
}

// ReturnURL is the merchant's success URL with the signed query, after a decline too. (Vora,
// "Return URL".)
func (g *Gateway) ReturnURL(s ledger.Session) string {
	target := gateway.Value(detailsOf(&s).request.SuccessURL)
	return gateway.AddQuery(target, g.signedReturn(&s, target))
}

// ReturnOrigins are the URLs that the merchant gave.
func (g *Gateway) ReturnOrigins(s ledger.Session) []string {
	request := detailsOf(&s).request
	return []string{gateway.Value(request.SuccessURL), gateway.Value(request.CancelURL)}
}

func (g *Gateway) signedReturn(s *ledger.Session, target string) url.Values {
	fields := returnurl.Fields{
		Session: s.ID, Status: string(s.Status), Amount: strconv.FormatInt(s.Amount.Minor(), 10),
		Currency: string(s.Amount.Currency()), TransactionID: s.TransactionID,
	}
	merchant, _ := g.Ledger.Merchant(s.MerchantID) // merchants are never removed
	if !g.config.ReturnV2 {
		return fields.Query(fields.SignV1(merchant.Vora.SessionSecret))
	}
	payload, err := returnurl.PayloadOf(fields, target, string(sdk.ModeTest), g.Executor.Now())
	if err != nil {
		return fields.Query("")
	}
	sig, _ := payload.SignV2(merchant.Vora.SessionSecret) // plain fields, which always encode
	return fields.Query(sig)
}

func shippingAddress(form url.Values) *gen.ShippingAddress {
	field := func(name string) string { return strings.TrimSpace(form.Get("shipping_" + name)) }
	a := &gen.ShippingAddress{
		FirstName: field("first_name"), LastName: field("last_name"), Address: field("address"),
		City: field("city"), State: field("state"), Zip: field("zip"), Country: field("country"),
	}
	if second := field("address2"); second != "" {
		a.Address2 = &second
	}
	return a
}
