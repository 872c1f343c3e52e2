package visionscope

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	gen "github.com/hostedpay/hostedpay-go/gen/visionscope"
	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/lenient"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// CheckoutParams describe a purchase. Every field is required. (VisionScope documentation, section
// 3.)
type CheckoutParams struct {
	Amount        money.Amount // more than zero
	WebhookURL    string       // public https URL that receives this checkout's events; name the order in it
	WebhookSecret sdk.Secret   // signs this checkout's events; UTF-8, see NewWebhookSecret. Store it with the order first
	ReturnURL     string       // https; where the shopper returns to, with an unsigned query
}

// A CreatedCheckout is a new purchase. Store its ID with the order, then show its page.
type CreatedCheckout struct {
	ID          string     // the session_id of its webhooks and its return query
	CheckoutURL sdk.Secret // the hosted page; whoever has it can see the purchase. Opaque.

	Response sdk.Response
}

// CreateCheckout creates a checkout.
//
// The gateway has no idempotency keys: each create makes a new checkout. The SDK therefore sends
// again only what was rejected for a passing reason (429, 502, 503) or never sent. When the
// response is lost, or is the page of a proxy, the error is an [*sdk.OutcomeUnknownError]. Create
// at most one checkout for an order at a time, and store its ID. (VisionScope documentation,
// section 3.)
func (c *Client) CreateCheckout(ctx context.Context, params CheckoutParams, opts ...sdk.CallOption) (*CreatedCheckout, error) {
	call := c.transport.NewCall(transport.Call{
		Operation: "visionscope.CreateCheckout",
		Safety:    retry.Once,
		Limit:     sdk.LimitCreate,
		Advice:    "a checkout may exist. Creating another one is harmless as long as only one page is shown to the shopper; ship only what a webhook reports as paid, by its session id",
		Secret:    params.WebhookSecret,
	}, opts...)
	body, err := c.createBody(call.Operation, params)
	if err != nil {
		return nil, err
	}
	wire, response, err := transport.Do[createdBody](c.transport, call, transport.BuiltWithBody(gen.NewCreateCheckoutRequest(ctx, c.transport.Base, body)))
	if err != nil {
		return nil, err
	}
	return &CreatedCheckout{ID: wire.Data.SessionID, CheckoutURL: sdk.NewSecret(wire.Data.CheckoutURL), Response: response}, nil
}

// A createdBody is a created checkout on the wire, or success:false with a reason.
type createdBody struct {
	Success lenient.Bool        `json:"success"`
	Data    gen.CreatedCheckout `json:"data"`
	Error   string              `json:"error"`
}

// Complete reports whether the checkout can be paid and recognized again, or was rejected.
func (b *createdBody) Complete(int) bool {
	return b.Success.False() || b.Data.SessionID != "" && b.Data.CheckoutURL != ""
}

// Rejection is the reason of success:false.
func (b *createdBody) Rejection() (message string, rejected bool) {
	return cmp.Or(b.Error, "the gateway responded with success:false without a reason"), b.Success.False()
}

// createBody is the request's body, checked against the contract. The amount is the minor units as
// an exact decimal.
func (c *Client) createBody(operation string, params CheckoutParams) (gen.CreateCheckoutRequest, error) {
	major, err := params.Amount.Major()
	if err != nil {
		return gen.CreateCheckoutRequest{}, rejected(operation, fmt.Sprintf("amount: %v", err))
	}
	if currency := params.Amount.Currency(); !c.transport.SkipChecks && currency.Withdrawn() {
		return gen.CreateCheckoutRequest{}, rejected(operation, fmt.Sprintf("currency: %s has been withdrawn, and no new payment can be in it", currency))
	}
	secret := params.WebhookSecret.Reveal()
	if problem := secretProblem(secret); !c.transport.SkipChecks && problem != "" {
		return gen.CreateCheckoutRequest{}, rejected(operation, "webhook_secret: "+problem)
	}
	body := gen.CreateCheckoutRequest{
		Amount:        json.Number(major),
		Currency:      string(params.Amount.Currency()),
		WebhookURL:    params.WebhookURL,
		WebhookSecret: secret,
		ReturnURL:     params.ReturnURL,
	}
	var rules contract.Checker
	body.CheckText(&rules)
	if c.transport.SkipChecks {
		return body, transport.Violations(operation, rules)
	}
	if c.transport.PlainHTTP(c.transport.Base.Hostname()) {
		rules.PlainHTTP = c.transport.PlainHTTP
	}
	body.Check(&rules)
	return body, transport.Violations(operation, rules)
}

// secretProblem is what is wrong with a webhook secret.
func secretProblem(secret string) string {
	if n := len(secret); n < contract.VisionScopeAdvisedSecretLength && !apikey.IsMask(secret) {
		return fmt.Sprintf("has %d characters, at least %d are advised: NewWebhookSecret makes one", n, contract.VisionScopeAdvisedSecretLength)
	}
	if problem := apikey.SigningProblem(secret); problem != "" {
		return "the checkout's events could not be verified, because the key " + problem
	}
	return ""
}

func rejected(operation, problem string) error {
	return transport.Rejected(operation, sdk.CodeValidationError, problem+" (nothing was sent)")
}
