package visionscope

import (
	"context"
	"encoding/json"
	"fmt"

	gen "github.com/hostedpay/hostedpay-go/gen/visionscope"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// CheckoutParams describe a purchase. Every field is required. (VisionScope documentation, section 3.)
type CheckoutParams struct {
	Amount        money.Amount // more than zero
	WebhookURL    string       // public https URL that receives this checkout's events
	WebhookSecret sdk.Secret   // signs this checkout's events; see NewWebhookSecret
	ReturnURL     string       // https; where the shopper returns to, with an unsigned query
}

// A CreatedCheckout is a new purchase. Store its ID and the webhook secret with the order, then show its page.
type CreatedCheckout struct {
	ID          string     // the session_id of its webhooks and its return query
	CheckoutURL sdk.Secret // the hosted page; whoever has it can see the purchase. Opaque.

	Response sdk.Response
}

// CreateCheckout creates a checkout.
//
// The gateway knows no idempotency keys: each create makes a new checkout. The SDK therefore sends again only what was
// turned away (429, 502, 503, 504) or never left. When the answer is lost, the error is an [*sdk.OutcomeUnknownError].
// (VisionScope documentation, section 3.)
func (c *Client) CreateCheckout(ctx context.Context, params CheckoutParams, opts ...sdk.Option) (*CreatedCheckout, error) {
	const operation = "visionscope.CreateCheckout"
	endpoint, err := c.endpoint.With(operation, opts)
	if err != nil {
		return nil, err
	}
	if endpoint.Options.IdempotencyKey != "" {
		return nil, transport.Refuse(operation, sdk.CodeValidationError, "VisionScope takes no idempotency key: each create makes a new checkout, and a key would promise otherwise. Create at most one checkout for an order at a time, and store its session id; nothing was sent")
	}
	body, err := c.wire(params, endpoint.Options.SkipChecks)
	if err != nil {
		return nil, transport.Refuse(operation, sdk.CodeValidationError, err.Error()+" (nothing was sent)")
	}
	if !endpoint.Options.SkipChecks {
		rules := contract.Checker{AllowLoopback: contract.IsLoopback(endpoint.Base.Hostname())}
		body.Check(&rules)
		if err := transport.RefuseViolations(operation, rules); err != nil {
			return nil, err
		}
	}
	request, err := gen.NewCreateCheckoutRequest(ctx, endpoint.Base, body)
	if err != nil {
		return nil, transport.RefuseRequest(operation, err)
	}
	var wire struct {
		Success json.RawMessage     `json:"success"` // raw, because a *bool also becomes false when a text stands there
		Data    gen.CreatedCheckout `json:"data"`
		Error   string              `json:"error"`
	}
	refused := func() (string, bool) {
		if wire.Error == "" {
			wire.Error = "the gateway answered success:false without a reason"
		}
		return wire.Error, string(wire.Success) == "false"
	}
	call := transport.Call{
		Operation:  operation,
		Safety:     retry.Once,
		Advice:     "a checkout may exist. Creating another one is harmless as long as only one page is shown to the shopper; ship only what a webhook reports as paid, by its session id",
		AssignCode: contract.VisionScopeAssignedCode,
		Refusal:    refused,
		Secrets:    [2]sdk.Secret{1: params.WebhookSecret},
	}
	c.authorize(&call, request)
	response, err := endpoint.Do(call, request, &wire, func() bool {
		_, no := refused()
		return no || wire.Data.SessionID != "" && wire.Data.CheckoutURL != ""
	})
	if err != nil {
		return nil, err
	}
	return &CreatedCheckout{
		ID: wire.Data.SessionID, CheckoutURL: sdk.NewSecret(wire.Data.CheckoutURL), Response: response,
	}, nil
}

// wire is the request's body. The amount is the exact decimal text of the minor units.
func (c *Client) wire(params CheckoutParams, skipChecks bool) (gen.CreateCheckoutRequest, error) {
	major, err := params.Amount.Major()
	if err != nil {
		return gen.CreateCheckoutRequest{}, fmt.Errorf("amount: %w", err)
	}
	secret := params.WebhookSecret.Reveal()
	if n := len(secret); !skipChecks && n < contract.VisionScopeAdvisedSecretLength {
		return gen.CreateCheckoutRequest{}, fmt.Errorf("webhook_secret: has %d characters, at least %d are advised: NewWebhookSecret makes one", n, contract.VisionScopeAdvisedSecretLength)
	}
	return gen.CreateCheckoutRequest{
		Amount:        json.Number(major),
		Currency:      string(params.Amount.Currency()),
		WebhookURL:    params.WebhookURL,
		WebhookSecret: secret,
		ReturnURL:     params.ReturnURL,
	}, nil
}
