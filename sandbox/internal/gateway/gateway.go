// Package gateway says what the sandbox needs to know of a payment gateway. Each gateway is a
// package below this one that implements [Gateway]; nothing else of the sandbox knows which
// gateways there are.
package gateway

import (
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/local"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/journal"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/random"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Gateway is one payment gateway.
type Gateway interface {
	API
	HostedPage
	Webhooks
	Sampler
}

// An API is a gateway's API.
type API interface {
	journal.API
	http.Handler // of the paths
	// Paths are the paths of the API, as [http.ServeMux] takes them.
	Paths() []string
	// Deny responds with the error of a code, in the gateway's own form.
	Deny(w http.ResponseWriter, r *http.Request, code sdk.Code)
}

// A HostedPage is the page that a buyer pays on. Sessions given to it are its gateway's own.
type HostedPage interface {
	// PagePath is the path of the pages, which a session's ID completes.
	PagePath() string
	// Cards are the documented test cards.
	Cards() []contract.TestCard
	// Describe adds the fields of a page that only this gateway's sessions have.
	Describe(c *page.Checkout, s ledger.Session)
	// Charge charges a test card, and reports the result when there is one.
	Charge(tx *ledger.Tx, card contract.TestCard, form url.Values)
	// Cancel handles a buyer who returns to the shop without paying.
	Cancel(tx *ledger.Tx)
	// ReturnURL is where the browser goes after the payment has succeeded or failed; empty when it
	// stays on the page.
	ReturnURL(s ledger.Session) string
	// CancelURL is where the browser goes after the buyer has cancelled a session that stays open;
	// empty when it stays on the page.
	CancelURL(s ledger.Session) string
	// ReturnOrigins are the merchant's URLs that the page may lead to.
	ReturnOrigins(s ledger.Session) []string
}

// An Embedder is a gateway whose page a shop may show in a frame.
type Embedder interface {
	// FinishedMessage is the JSON that the framed page posts to the shop's page when the buyer has
	// finished.
	FinishedMessage(s ledger.Session) string
}

// Webhooks are a gateway's webhooks.
type Webhooks interface {
	// Expired reports that a session's lifetime is over.
	Expired(tx *ledger.Tx)
	// WebhookURL is where an attempt to deliver an event goes now.
	WebhookURL(d ledger.Delivery, m control.Merchant) string
	// Redelivery is the waits before each redelivery, and the time that a merchant has to respond.
	Redelivery() (after []time.Duration, responseWithin time.Duration)
	// SigningSecret is the secret that signs the event now.
	SigningSecret(d ledger.Delivery) string
	// Sign is the header of a request that brings an event: who sends it, when, and the signature.
	Sign(d ledger.Delivery, secret string, at time.Time) http.Header
}

// A Diverter is a gateway whose merchants' events go elsewhere for a while.
type Diverter interface {
	// Refused ends a merchant's diversion to a URL where nobody listens. It reports whether the
	// merchant's events go elsewhere now.
	Refused(merchantID, address string) (elsewhere bool)
}

// A Refunder is a gateway whose merchants refund outside of its API.
type Refunder interface {
	// Refund gives back a part of a session, in minor units; 0 for all that is left.
	Refund(sessionID string, amount int64) (refundID string, err error)
}

// An Environment is what a gateway works with.
type Environment struct {
	Ledger   *ledger.Ledger
	Executor *clock.Executor
	Random   random.Source
	Hosts    local.Hosts // that HTTP connects to, beside this machine
	Log      *slog.Logger
	Origin   func(*http.Request) string // of the hosted pages, for a request to the API
}

// IsJSON reports whether a request says that its body is JSON.
func IsJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
