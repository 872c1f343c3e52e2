package vora

import (
	"context"
	"fmt"
	"strings"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// SessionParams describe a purchase. Only Amount is required. (Vora REST reference, "Create a session".)
type SessionParams struct {
	Amount     money.Amount // 1 to 99,999,999 minor units
	SuccessURL string       // where the buyer returns to; https, or localhost with test keys
	CancelURL  string       // where the buyer returns to after cancelling; same rule

	Country     string // ISO 3166-1 alpha-2, upper case
	Mode        string // "payment", which is also what leaving it out means
	Description string // shown to the buyer; up to 500 characters
	Locale      string // BCP 47, up to 10 characters

	BuyerID    string // up to 200 characters
	BuyerName  string // up to 200 characters
	BuyerEmail string // up to 254 characters

	LineItems       []LineItem        // up to 100, for display only
	CollectShipping bool              // ask for a shipping address
	Metadata        map[string]string // values up to 500 characters; comes back on the session and its events

	ExpiresIn time.Duration // 5 to 60 minutes in whole seconds; 30 minutes when left out
}

// A LineItem is shown to the buyer.
type LineItem struct {
	Name       string
	Quantity   int          // 1 to 9999
	UnitAmount money.Amount // of one; may be zero; the session's currency
	ImageURL   string
}

// A CreatedSession is a new purchase. Store its ID with the order, then send the buyer to its page.
type CreatedSession struct {
	ID          string
	CheckoutURL sdk.Secret // the hosted page; whoever has it can see the purchase. Opaque.
	ExpiresAt   time.Time  // a session cannot be revived

	Response sdk.Response // with the idempotency key that was sent
}

// CreateSession creates a session. Retried under one idempotency key, so that one call never makes two sessions; give
// [sdk.WithIdempotencyKey] to make repeated calls safe too.
//
// Errors: an [*sdk.Error] when the session was not created; an [*sdk.OutcomeUnknownError] when it may have been.
// (Vora integrator guide, "Endpoints today" and "Idempotency".)
func (c *Client) CreateSession(ctx context.Context, params SessionParams, opts ...sdk.Option) (*CreatedSession, error) {
	const operation = "vora.CreateSession"
	p, err := c.plan(operation, opts)
	if err != nil {
		return nil, err
	}
	if p.options.IdempotencyKey == "" {
		p.options.IdempotencyKey = randomKey()
	}
	p.call.Advice = "call CreateSession again with the same parameters and the idempotency key of this error; the gateway answers with the same session if it was created."
	var wire gen.CreatedSession
	response, err := c.create(ctx, p, params, false, &wire, func() bool { return wire.ID != "" && wire.CheckoutURL != "" })
	if err != nil {
		return nil, err
	}
	return &CreatedSession{
		ID: wire.ID, CheckoutURL: sdk.NewSecret(wire.CheckoutURL), ExpiresAt: wire.ExpiresAt, Response: response,
	}, nil
}

// create sends the parameters, for real or as a dry run.
func (c *Client) create(ctx context.Context, p plan, params SessionParams, dryRun bool, out any, essential func() bool) (sdk.Response, error) {
	body, err := params.wire()
	if err != nil {
		return sdk.Response{}, refused(p.call.Operation, sdk.CodeValidationError, err.Error()+". Nothing was sent")
	}
	if err := c.check(p, body); err != nil {
		return sdk.Response{}, err
	}
	request, err := gen.NewCreateSessionRequest(p.base.String(), &gen.CreateSessionParams{
		DryRun:         optional(dryRun),
		VonPayVersion:  optional(p.options.APIVersion),
		IdempotencyKey: optional(p.options.IdempotencyKey),
	}, body)
	if err != nil {
		return sdk.Response{}, built(p.call.Operation, err)
	}
	c.authorize(&p, request)
	return transport.Do(ctx, &p.options, c.budget, p.call, request, out, essential)
}

// check holds the request to the contract, so that a mistake is named here and costs no request.
func (c *Client) check(p plan, body gen.CreateSessionRequest) error {
	if err := checkKey(p.options.IdempotencyKey); err != nil {
		return refused(p.call.Operation, sdk.CodeValidationError, err.Error()+". Nothing was sent")
	}
	if p.options.SkipChecks {
		return nil
	}
	rules := contract.Checker{AllowLoopback: c.kind.Mode != string(Live)}
	body.Check(&rules)
	if len(rules.Violations) == 0 {
		return nil
	}
	texts := make([]string, len(rules.Violations))
	for i, v := range rules.Violations {
		texts[i] = v.String()
	}
	return refused(p.call.Operation, sdk.Code(rules.Violations[0].Code), strings.Join(texts, "; ")+". Nothing was sent")
}

func (params SessionParams) wire() (gen.CreateSessionRequest, error) {
	body := gen.CreateSessionRequest{
		Amount:          params.Amount.Minor(),
		Currency:        string(params.Amount.Currency()),
		Country:         optional(params.Country),
		Mode:            optional(gen.CreateSessionRequestMode(params.Mode)),
		Description:     optional(params.Description),
		Locale:          optional(params.Locale),
		SuccessURL:      optional(params.SuccessURL),
		CancelURL:       optional(params.CancelURL),
		BuyerID:         optional(params.BuyerID),
		BuyerName:       optional(params.BuyerName),
		BuyerEmail:      optional(params.BuyerEmail),
		CollectShipping: optional(params.CollectShipping),
		ExpiresIn:       optional(int(params.ExpiresIn / time.Second)),
	}
	if params.ExpiresIn%time.Second != 0 {
		return body, fmt.Errorf("ExpiresIn: %v is not a whole number of seconds", params.ExpiresIn)
	}
	if len(params.Metadata) > 0 {
		body.Metadata = &params.Metadata
	}
	if len(params.LineItems) > 0 {
		items := make([]gen.LineItem, len(params.LineItems))
		for i, item := range params.LineItems {
			if c := item.UnitAmount.Currency(); c != params.Amount.Currency() && item.UnitAmount != (money.Amount{}) {
				return body, fmt.Errorf("lineItems[%d].unitAmount: is in %s, the session is in %s", i, c, params.Amount.Currency())
			}
			items[i] = gen.LineItem{
				Name: item.Name, Quantity: item.Quantity, UnitAmount: item.UnitAmount.Minor(), ImageURL: optional(item.ImageURL),
			}
		}
		body.LineItems = &items
	}
	return body, nil
}

// A Validation is the result of a dry run.
type Validation struct {
	Valid    bool
	Warnings []string // legal, but probably not meant
	Errors   []string // what is wrong, each with the field's path
	Response sdk.Response
}

// ValidateSession asks the gateway whether it would accept the parameters, without creating anything (dry run). The
// answer "no" is a result; an error means that the question could not be answered.
func (c *Client) ValidateSession(ctx context.Context, params SessionParams, opts ...sdk.Option) (*Validation, error) {
	p, err := c.plan("vora.ValidateSession", opts)
	if err != nil {
		return nil, err
	}
	p.options.IdempotencyKey = "" // nothing is created, so that there is nothing to remember under a key
	p.options.SkipChecks = true   // it is the gateway's opinion that is asked for
	p.call.Accepts = isDryRun
	var wire struct {
		Valid    *bool   `json:"valid"`
		Warnings notices `json:"warnings"`
		Errors   notices `json:"errors"`
	}
	response, err := c.create(ctx, p, params, true, &wire, func() bool { return wire.Valid != nil })
	if rejection := rejectionOf(err); rejection != nil {
		return rejection, nil
	}
	if err != nil {
		return nil, err
	}
	return &Validation{Valid: *wire.Valid, Warnings: wire.Warnings, Errors: wire.Errors, Response: response}, nil
}
