package platform

import (
	"context"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A Gateway takes payments for one merchant. Safe for concurrent use.
type Gateway interface {
	Name() sdk.Gateway

	// Capability says how far the gateway does an operation.
	Capability(operation Operation) Capability

	// Purchase makes a page on which a buyer pays: it authorizes and captures in one.
	//
	// An error means that this call made nothing: see [HandlingOf]. When nobody knows, there is no
	// error, and the payment is [StatusUnknown]. Where [OperationRepeat] is supported, the same
	// purchase under the same reference is the same payment, for as long as the gateway remembers
	// the reference: 24 hours at Vora. Package charges remembers it for longer.
	Purchase(ctx context.Context, purchase Purchase) (*Payment, error)
}

// A known gateway is one of this SDK, as far as it can be asked without a client.
type known interface {
	Gateway
	referenceOf(event webhooks.Event) string // of the purchase that one of its events is about
}

// gateways are all of this SDK, each in the file that is named after it.
func gateways() []known { return []known{(*Vora)(nil), (*VisionScope)(nil)} }

// A Retriever is a gateway that can be asked where a payment stands.
type Retriever interface {
	// Retrieve reads a payment by its ID.
	Retrieve(ctx context.Context, id string) (*Payment, error)
}

// A Refunder is a gateway that gives money back when it is asked to. Neither Vora nor VisionScope
// does.
type Refunder interface {
	// Refund gives back a part of a payment, or all of it. The same refund under the same reference
	// is made once.
	Refund(ctx context.Context, refund RefundRequest) (*Refund, error)
}

// A Purchase is what a buyer is to pay.
type Purchase struct {
	Reference  string            // the platform's name for this attempt; see [Reference]
	Amount     money.Amount      // more than zero
	ReturnURL  string            // https; where the buyer returns to
	CancelURL  string            // https; where the buyer returns to after cancelling; ReturnURL when empty, and at VisionScope
	BuyerEmail string            // may be empty; Vora shows it, VisionScope has no field for it
	Metadata   map[string]string // Vora only: with the session and its events; the name hostedpay_reference is taken
}

// A Payment is what is known of a purchase.
type Payment struct {
	ID            string // the gateway's: a session; empty while the status is unknown
	Reference     string // of the purchase; empty when the payment was read by its ID
	Status        Status
	Payment       sdk.PaymentStatus // the same in the SDK's words; pending while the status is unknown
	Amount        money.Amount
	CheckoutURL   sdk.Secret // where the buyer pays, while it is pending; whoever has it can see the purchase
	ExpiresAt     time.Time  // zero when the gateway does not say
	TransactionID string     // once it is approved, where the gateway says it
	Replayed      bool       // an earlier purchase under the same reference had made it
	Cause         error      // why the status is unknown; nil otherwise
}

// Redirect sends the buyer to the payment's page, as CreatedSession.Redirect of package vora does.
// Store the payment first. A payment without a page is a 502.
func (p *Payment) Redirect(w http.ResponseWriter, r *http.Request) {
	hostedpage.Redirect(w, r, p.CheckoutURL)
}

// A RefundRequest is money to give back.
type RefundRequest struct {
	PaymentID string
	Amount    money.Amount // a part of the payment, or all of it
	Reference string       // the platform's name for this refund
}

// A Refund is money that was given back.
type Refund struct {
	ID     string // the gateway's
	Amount money.Amount
}
