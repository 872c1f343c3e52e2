package page

import (
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// State is how far the checkout session has come; it decides what the page shows and which actions
// it offers.
type State string

// The states of a checkout session. Succeeded, failed and expired are final: their pages have
// nothing to submit.
const (
	StateOpen       State = "open"       // waits for the buyer
	StateChallenge  State = "challenge"  // waits for the buyer to prove who they are
	StateBreakOut   State = "breakout"   // in a frame, which the challenge must leave first
	StateProcessing State = "processing" // waits for the gateway
	StateHandBack   State = "handback"   // paid or failed in a frame, and the shop's page around it takes over
	StateSucceeded  State = "succeeded"
	StateFailed     State = "failed"
	StateExpired    State = "expired"
	StateAbandoned  State = "abandoned" // still open, but the buyer has left
	StateUnknown    State = "unknown"   // there is no such session; only its gateway and ID are known
)

// LineItem is one line of the order.
type LineItem struct {
	Name       string
	Quantity   int
	UnitAmount money.Amount
	ImageURL   string // https or data:image; anything else is not shown
}

// Card is a documented test card, offered on the page.
type Card struct {
	Number string // grouped as it is printed: "4242 4242 4242 4242"
	Label  string // what paying with it does: "Approved"
}

// Checkout is what a hosted page shows. Every string in it is untrusted.
type Checkout struct {
	Gateway sdk.Gateway
	State   State

	SessionID   string
	Merchant    string
	Description string
	Amount      money.Amount
	Locale      string // BCP 47, of the amounts; an unknown one is English
	LineItems   []LineItem

	BuyerName       string // prefilled
	BuyerEmail      string // prefilled
	CollectShipping bool   // ask for a delivery address too
	Cancelable      bool   // offer to go back to the shop without paying

	ExpiresAt time.Time // zero: the page shows no countdown
	Now       time.Time // the sandbox's clock, which need not be the buyer's

	Cards          []Card
	AlwaysDeclines bool   // test mode declines this amount, whatever the card
	CardEnding     string // last four digits of the card that [StateChallenge] is about

	Embeddable bool   // a shop may show the page in a frame
	Framed     bool   // a shop's page shows it in a frame: offer the ways out of it
	Message    string // JSON that [StateHandBack] posts to the shop's page; empty: it leaves the frame instead

	Problem   string // why the submitted form was rejected
	Reason    string // why the payment failed, for [StateFailed]
	ReturnURL string // http or https; the way back to the shop from a final state; empty when the session has none
}
