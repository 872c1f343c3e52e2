package vora

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/lenient"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// SessionParams describe a purchase. Only Amount is required. (Vora REST reference, "Create a
// session".)
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

	// Replayed means that the idempotency key had created this session before. The gateway does not
	// always say: false means that nothing said so.
	Replayed bool

	// Stale means that the session has expired: its key is remembered for 24 hours, and the session
	// lived for 30 minutes. Nobody can pay on its page any more. Read the session, because the
	// buyer may have paid in time; for a fresh one use NextKey, or IdempotencyKey with the next
	// attempt when NextKey is empty. NextKey is the sent key with its attempt counted up, for keys
	// of the form that IdempotencyKey makes: do not use it when your own keys look alike but end in
	// something else.
	Stale   bool
	NextKey string

	Response sdk.Response // with the idempotency key that was sent
}

// CreateSession creates a session. It is retried under one idempotency key, so one call never makes
// two sessions; give [sdk.WithIdempotencyKey] to make repeated calls safe too.
//
// Errors: an [*sdk.Error] when the session was not created; an [*sdk.OutcomeUnknownError] when it
// may have been. A key that this client has used for another purchase is rejected with code
// idempotency_key_collision before anything is sent. A key whose session has expired since is not
// an error: look at [CreatedSession.Stale]. (Vora integrator guide, "Endpoints today" and
// "Idempotency".)
func (c *Client) CreateSession(ctx context.Context, params SessionParams, opts ...sdk.CreateOption) (*CreatedSession, error) {
	call := c.transport.NewCreate(transport.Call{
		Operation: "vora.CreateSession",
		Safety:    retry.Idempotent, // by its key
		Limit:     sdk.LimitCreate,
		Advice:    "call CreateSession again with the same parameters and this error's idempotency key; if the session was created, the gateway responds with that one",
	}, opts...)
	if !call.OwnKey {
		call.IdempotencyKey = randomKey()
	}
	body, err := c.createBody(call.Operation, &params, c.transport.SkipChecks)
	if err == nil {
		err = checkKey(call.Operation, call.IdempotencyKey)
	}
	if err != nil {
		return nil, err
	}
	request := transport.BuiltWithBody(gen.NewCreateSessionRequest(ctx, c.transport.Base, gen.CreateSessionParams{
		VonPayVersion: present(&c.version), IdempotencyKey: &call.IdempotencyKey,
	}, body))
	wire, response, err := c.createUnderKey(call, request)
	if err != nil {
		return nil, err
	}
	response.FieldError = lenient.FirstError(response.FieldError, &wire.ExpiresAt)
	again := c.keys.created(call.IdempotencyKey, wire.ID)
	created := &CreatedSession{
		ID: wire.ID, CheckoutURL: sdk.NewSecret(wire.CheckoutURL), ExpiresAt: wire.ExpiresAt.Time,
		Replayed: again || response.Status == http.StatusOK, Response: response,
	}
	if created.Stale = expired(created.ExpiresAt, response); created.Stale {
		created.NextKey = nextKey(call.IdempotencyKey)
	}
	return created, nil
}

// A createdBody is a created session on the wire.
type createdBody struct {
	gen.CreatedSession
	ExpiresAt lenient.Time `json:"expiresAt"`
}

// Complete reports whether the session can be paid and found again.
func (b *createdBody) Complete(int) bool { return b.ID != "" && b.CheckoutURL != "" }

// createUnderKey sends a create request, unless its idempotency key has been used for another
// purchase.
func (c *Client) createUnderKey(call *transport.Call, request transport.Request) (*createdBody, sdk.Response, error) {
	if !call.OwnKey || request.Request == nil { // a random key of one call can have no other purchase
		return transport.Do[createdBody](c.transport, call, request)
	}
	key := call.IdempotencyKey
	fresh, ok := c.keys.begin(key, request.Content)
	if !ok {
		return nil, sdk.Response{}, transport.Rejected(call.Operation, sdk.CodeIdempotencyKeyCollision,
			fmt.Sprintf("this client has used the idempotency key %q for a purchase with other parameters; nothing was sent", key))
	}
	wire, response, err := transport.Do[createdBody](c.transport, call, request)
	if err != nil && notRemembered(fresh, err) {
		c.keys.rejected(key)
	}
	return wire, response, err
}

// createBody is the request's body, checked against the contract.
func (c *Client) createBody(operation string, params *SessionParams, skipChecks bool) (gen.CreateSessionRequest, error) {
	body, err := params.wire()
	if currency := params.Amount.Currency(); err == nil && !skipChecks && currency.Withdrawn() {
		err = fmt.Errorf("currency: %s has been withdrawn, and no new payment can be in it", currency)
	}
	if err != nil {
		return body, transport.Rejected(operation, sdk.CodeValidationError, err.Error()+" (nothing was sent)")
	}
	var rules contract.Checker
	body.CheckText(&rules)
	if skipChecks {
		return body, transport.Violations(operation, rules)
	}
	if c.Mode() != sdk.ModeLive {
		rules.PlainHTTP = c.transport.PlainHTTP
	}
	body.Check(&rules)
	return body, transport.Violations(operation, rules)
}

// notRemembered reports whether an error means that the gateway has remembered nothing under an
// idempotency key. Under a key that is not fresh it may have remembered an earlier call's purchase,
// whose outcome was unknown.
func notRemembered(fresh bool, err error) bool {
	var unknown *sdk.OutcomeUnknownError
	var e *sdk.Error
	if !errors.As(err, &e) || errors.As(err, &unknown) || e.Status >= http.StatusInternalServerError {
		return false
	}
	return fresh || transport.Settles(e)
}

func (params *SessionParams) wire() (gen.CreateSessionRequest, error) {
	body := gen.CreateSessionRequest{
		Amount:          params.Amount.Minor(),
		Currency:        string(params.Amount.Currency()),
		Country:         present(&params.Country),
		Mode:            present((*gen.CreateSessionRequestMode)(&params.Mode)),
		Description:     present(&params.Description),
		Locale:          present(&params.Locale),
		SuccessURL:      present(&params.SuccessURL),
		CancelURL:       present(&params.CancelURL),
		BuyerID:         present(&params.BuyerID),
		BuyerName:       present(&params.BuyerName),
		BuyerEmail:      present(&params.BuyerEmail),
		CollectShipping: present(&params.CollectShipping),
	}
	if params.ExpiresIn != 0 {
		seconds := int(params.ExpiresIn / time.Second)
		body.ExpiresIn = &seconds
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
