package transport

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// An Endpoint is where calls go, and how. It is a value: a call with options of its own gets a changed copy.
type Endpoint struct {
	Options sdk.Options
	Base    *url.URL
	Gateway sdk.Gateway
	KeyID   string // a hash that distinguishes API keys, for rate limits

	client  *http.Client // with the middleware around its transport
	budget  *retry.Budget
	notices *notices
	root    func(*url.URL) *url.URL
}

// NewEndpoint checks a client's options. root, which may be nil, takes from an address what request builders add.
func NewEndpoint(constructor string, options sdk.Options, root func(*url.URL) *url.URL) (Endpoint, error) {
	e := Endpoint{Options: options, budget: retry.NewBudget(retry.DefaultBudget), notices: &notices{}, root: root}
	if options.IdempotencyKey != "" {
		return e, Refuse(constructor, sdk.CodeValidationError, "an idempotency key names one purchase: give it to the call, not to the client")
	}
	e.client = httpClient(&options)
	return e.at(constructor)
}

// With is the endpoint for one call. Its options were checked when the client was made, so that only new ones are.
func (e Endpoint) With(operation string, opts []sdk.Option) (Endpoint, error) {
	if len(opts) == 0 {
		return e, nil
	}
	before := e.Options
	e.Options = before.With(opts...)
	if e.Options.HTTPClient != before.HTTPClient || !sameSlice(e.Options.Middleware, before.Middleware) {
		e.client = httpClient(&e.Options)
	}
	if e.Options.BaseURL == before.BaseURL {
		return e, nil
	}
	return e.at(operation)
}

// sameSlice tells whether two slices are one; functions cannot be compared.
func sameSlice(a, b []sdk.Middleware) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func (e Endpoint) at(operation string) (Endpoint, error) {
	base, err := baseURL(e.Options.BaseURL)
	if err != nil {
		return e, Refuse(operation, sdk.CodeValidationError, err.Error())
	}
	if e.root != nil {
		base = e.root(base)
	}
	e.Base = base
	return e, nil
}

// Refuse is an error about something that was not sent.
func Refuse(operation string, code sdk.Code, problem string) error {
	return &sdk.Error{Operation: operation, Code: code, Message: problem}
}

// RefuseViolations is the error about a request that breaks rules of the contract; nil when it breaks none.
func RefuseViolations(operation string, rules contract.Checker) error {
	if len(rules.Violations) == 0 {
		return nil
	}
	texts := make([]string, len(rules.Violations))
	for i, v := range rules.Violations {
		texts[i] = v.String()
	}
	return Refuse(operation, sdk.Code(rules.Violations[0].Code), strings.Join(texts, "; ")+" (nothing was sent)")
}

// RefuseRequest is the error of a request builder, which can only be about the arguments.
func RefuseRequest(operation string, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return Refuse(operation, sdk.CodeValidationError, "the request cannot be built: "+err.Error())
}
