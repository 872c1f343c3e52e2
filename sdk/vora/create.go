package vora

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
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

	// Replayed means that the idempotency key stood for this session before. The gateway does not always say: false
	// means that nobody noticed.
	Replayed bool

	// Stale means that the session has expired: its key is remembered for 24 hours, and the session lived for 30 minutes.
	// Nobody can pay on its page any more. Read the session, because the buyer may have paid in time; for a fresh one
	// use NextKey, or IdempotencyKey with the next attempt when NextKey is empty. NextKey is the sent key with its attempt
	// counted up, for keys of the form that IdempotencyKey makes: do not use it when your own keys look alike but end in
	// something else.
	Stale   bool
	NextKey string

	Response sdk.Response // with the idempotency key that was sent
}

// CreateSession creates a session. Retried under one idempotency key, so that one call never makes two sessions; give
// [sdk.WithIdempotencyKey] to make repeated calls safe too.
//
// Errors: an [*sdk.Error] when the session was not created; an [*sdk.OutcomeUnknownError] when it may have been. A
// key that this client has used for another purchase is refused with code idempotency_key_collision before anything is
// sent. A key whose session has expired since is no error: look at [CreatedSession.Stale].
// (Vora integrator guide, "Endpoints today" and "Idempotency".)
func (c *Client) CreateSession(ctx context.Context, params SessionParams, opts ...sdk.Option) (*CreatedSession, error) {
	const operation = "vora.CreateSession"
	endpoint, err := c.endpoint.With(operation, opts)
	if err != nil {
		return nil, err
	}
	if endpoint.Options.IdempotencyKey == "" {
		endpoint.Options.IdempotencyKey = randomKey()
	}
	call := transport.Call{
		Operation: operation,
		Safety:    retry.Idempotent, // by its key
		Metered:   sdk.LimitCreate,
		Advice:    "call CreateSession again with the same parameters and this error's idempotency key; if the session was created, the gateway answers with that one",
	}
	var wire struct {
		gen.CreatedSession
		ExpiresAt wireTime `json:"expiresAt"`
	}
	response, err := c.create(ctx, endpoint, call, params, false, &wire, func() bool { return wire.ID != "" && wire.CheckoutURL != "" })
	if err != nil {
		return nil, err
	}
	response.FieldError = firstError(response.FieldError, wire.ExpiresAt)
	again := c.keys.created(response.IdempotencyKey, wire.ID)
	created := &CreatedSession{
		ID: wire.ID, CheckoutURL: sdk.NewSecret(wire.CheckoutURL), ExpiresAt: wire.ExpiresAt.Time,
		Replayed: again || response.Status == http.StatusOK, Response: response,
	}
	if created.Stale = expired(created.ExpiresAt, response); created.Stale {
		created.NextKey = nextKey(response.IdempotencyKey)
	}
	return created, nil
}

// create sends the parameters, for real or as a dry run.
func (c *Client) create(ctx context.Context, endpoint transport.Endpoint, call transport.Call, params SessionParams, dryRun bool, out any, essential func() bool) (sdk.Response, error) {
	body, err := params.wire()
	if err == nil {
		err = checkKey(endpoint.Options.IdempotencyKey)
	}
	if err != nil {
		return sdk.Response{}, transport.Refuse(call.Operation, sdk.CodeValidationError, err.Error()+" (nothing was sent)")
	}
	if !endpoint.Options.SkipChecks {
		rules := contract.Checker{AllowLoopback: c.Mode() != sdk.ModeLive}
		body.Check(&rules)
		if err := transport.RefuseViolations(call.Operation, rules); err != nil {
			return sdk.Response{}, err
		}
	}
	request, err := gen.NewCreateSessionRequest(ctx, endpoint.Base, gen.CreateSessionParams{
		DryRun:         present(&dryRun),
		VonPayVersion:  present(&endpoint.Options.APIVersion),
		IdempotencyKey: present(&endpoint.Options.IdempotencyKey),
	}, body)
	if err != nil {
		return sdk.Response{}, transport.RefuseRequest(call.Operation, err)
	}
	c.authorize(&call, request)
	key := endpoint.Options.IdempotencyKey
	if dryRun || minted(key) { // a key of one call can stand for nothing else
		return endpoint.Do(call, request, out, essential)
	}
	fresh, ok := c.keys.begin(key, request.Body.(*contract.Payload).Text())
	if !ok {
		return sdk.Response{}, transport.Refuse(call.Operation, sdk.CodeIdempotencyKeyCollision, fmt.Sprintf("this client has used the idempotency key %q for a purchase with other parameters; nothing was sent", key))
	}
	response, err := endpoint.Do(call, request, out, essential)
	if err != nil && neverTaken(fresh, err) {
		c.keys.refused(key)
	}
	return response, err
}

// neverTaken tells whether an error means that the gateway has remembered nothing under a key. Of a key that is not
// fresh it may have remembered an earlier call's purchase, whose outcome was unknown.
func neverTaken(fresh bool, err error) bool {
	var unknown *sdk.OutcomeUnknownError
	var e *sdk.Error
	if !errors.As(err, &e) || errors.As(err, &unknown) || e.Status >= http.StatusInternalServerError {
		return false
	}
	return fresh || transport.Settles(e)
}

func (params *SessionParams) wire() (gen.CreateSessionRequest, error) {
	mode, expiresIn := gen.CreateSessionRequestMode(params.Mode), int(params.ExpiresIn/time.Second)
	body := gen.CreateSessionRequest{
		Amount:          params.Amount.Minor(),
		Currency:        string(params.Amount.Currency()),
		Country:         present(&params.Country),
		Mode:            present(&mode),
		Description:     present(&params.Description),
		Locale:          present(&params.Locale),
		SuccessURL:      present(&params.SuccessURL),
		CancelURL:       present(&params.CancelURL),
		BuyerID:         present(&params.BuyerID),
		BuyerName:       present(&params.BuyerName),
		BuyerEmail:      present(&params.BuyerEmail),
		CollectShipping: present(&params.CollectShipping),
		ExpiresIn:       present(&expiresIn),
	}
	if params.ExpiresIn%time.Second != 0 {
		return body, fmt.Errorf("expiresIn: %v is not a whole number of seconds", params.ExpiresIn)
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
				Name: item.Name, Quantity: item.Quantity, UnitAmount: item.UnitAmount.Minor(), ImageURL: present(&params.LineItems[i].ImageURL),
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
	const operation = "vora.ValidateSession"
	endpoint, err := c.endpoint.With(operation, opts)
	if err != nil {
		return nil, err
	}
	endpoint.Options.IdempotencyKey = "" // nothing is created, so that there is nothing to remember under a key
	endpoint.Options.SkipChecks = true   // it is the gateway's opinion that is asked for
	rejected := false
	call := transport.Call{
		Operation: operation, Safety: retry.Idempotent, Metered: sdk.LimitCreate,
		Accepts: func(status int, body []byte) bool {
			rejected = isRejection(status, body)
			return rejected || isDryRun(status, body)
		},
	}
	var wire struct {
		Valid    json.RawMessage `json:"valid"` // raw, because a *bool also becomes false when a text stands there
		Warnings notices         `json:"warnings"`
		Errors   notices         `json:"errors"`
		Error    string          `json:"error"` // of a rejection
	}
	valid := func() bool { return string(wire.Valid) == "true" && !rejected }
	response, err := c.create(ctx, endpoint, call, params, true, &wire, func() bool {
		return valid() || rejected || string(wire.Valid) == "false"
	})
	if err != nil {
		return nil, err
	}
	if rejected {
		wire.Errors = append(notices{wire.Error}, wire.Errors...)
	}
	return &Validation{Valid: valid(), Warnings: wire.Warnings.presentable(c.key), Errors: wire.Errors.presentable(c.key), Response: response}, nil
}
