package vora

import (
	"context"
	"encoding/json"
	"net/http"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/lenient"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// A Validation is the result of a dry run.
type Validation struct {
	Valid    bool
	Warnings []string // legal, but probably not intended
	Errors   []string // what is invalid, each with the field's path
	Response sdk.Response
}

// ValidateSession asks the gateway whether it would accept the parameters, without creating
// anything (dry run). Invalid parameters are a result; an error means that the gateway did not
// say. Nothing is checked locally first.
func (c *Client) ValidateSession(ctx context.Context, params SessionParams, opts ...sdk.CallOption) (*Validation, error) {
	call := c.transport.NewCall(transport.Call{
		Operation: "vora.ValidateSession", Safety: retry.Idempotent, Limit: sdk.LimitCreate,
		ResultStatuses: []int{http.StatusBadRequest, http.StatusUnprocessableEntity},
	}, opts...)
	body, err := c.createBody(call.Operation, &params, true)
	if err != nil {
		return nil, err
	}
	dryRun := true
	wire, response, err := transport.Do[dryRunBody](c.transport, call, transport.BuiltWithBody(gen.NewCreateSessionRequest(ctx, c.transport.Base,
		gen.CreateSessionParams{DryRun: &dryRun, VonPayVersion: present(&c.version)}, body)))
	if err != nil {
		return nil, err
	}
	if wire.rejected(response.Status) {
		wire.Errors = append(messages{wire.Error}, wire.Errors...)
	}
	return &Validation{
		Valid:    wire.Valid.True() && !wire.rejected(response.Status),
		Warnings: wire.Warnings.sanitized(c.transport), Errors: wire.Errors.sanitized(c.transport), Response: response,
	}, nil
}

// A dryRunBody is the result of a dry run in both of its documented forms: a body of its own, with
// 200 or 400, and the error envelope.
type dryRunBody struct {
	Valid    lenient.Bool `json:"valid"`
	Warnings messages     `json:"warnings"`
	Errors   messages     `json:"errors"`

	Error string   `json:"error"`
	Code  sdk.Code `json:"code"`
}

// Complete reports whether the body says yes or no. Another error, such as a proxy's page or an
// unauthorized key, means that the parameters were not checked.
func (b *dryRunBody) Complete(status int) bool {
	return b.Valid.True() || b.Valid.False() || b.rejected(status)
}

// rejected reports whether the body is an error envelope about the parameters.
func (b *dryRunBody) rejected(status int) bool {
	return status >= 300 && b.Code != "" && (&sdk.Error{Status: status, Code: b.Code}).Family() == sdk.FamilyValidation
}

// messages are strings, which some responses wrap in objects. A malformed one costs nothing else.
type messages []string

func (m *messages) UnmarshalJSON(data []byte) error {
	var items []json.RawMessage
	if err := json.Unmarshal(data, &items); err != nil {
		items = []json.RawMessage{data}
	}
	for _, item := range items {
		var message string
		var object struct{ Message string }
		switch {
		case json.Unmarshal(item, &message) == nil:
		case json.Unmarshal(item, &object) == nil && object.Message != "":
			message = object.Message
		default:
			message = string(item)
		}
		*m = append(*m, message)
	}
	return nil
}

func (m messages) sanitized(c *transport.Client) (clean []string) {
	for _, message := range m {
		clean = append(clean, c.Sanitize(message))
	}
	return clean
}
