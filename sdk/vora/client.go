package vora

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// APIVersion is the version of the API that this SDK was generated for. Every request asks for it, unless
// [sdk.WithAPIVersion] asks for another.
const APIVersion = contract.VoraVersion

// A Client calls Vora with one merchant's key. It does not change after New and is safe for concurrent use.
type Client struct {
	key     sdk.Secret
	kind    contract.APIKey
	base    *url.URL
	options sdk.Options
	budget  *retry.Budget
}

// New makes a client for a merchant's key: secret (vp_sk_test_…, vp_sk_live_…), or publishable (vp_pk_…), which can
// create sessions and run dry runs and nothing else. No request is made.
//
// Defaults: the base URL of the contract, [APIVersion], 2 retries, 30 s per attempt. The error is an [*sdk.Error] and
// never contains the key.
func New(key string, opts ...sdk.Option) (*Client, error) {
	options := sdk.Options{
		BaseURL:        contract.VoraServer,
		APIVersion:     APIVersion,
		MaxRetries:     2,
		AttemptTimeout: 30 * time.Second,
	}.With(opts...)
	kind, err := identify(key)
	if err != nil {
		return nil, err
	}
	base, err := transport.BaseURL(options.BaseURL)
	switch {
	case err != nil:
		return nil, refused("vora.New", sdk.CodeValidationError, err.Error())
	case options.IdempotencyKey != "":
		return nil, refused("vora.New", sdk.CodeValidationError, "an idempotency key names one purchase: give it to the call, not to the client")
	}
	return &Client{key: sdk.NewSecret(key), kind: kind, base: base, options: options, budget: retry.NewBudget(retry.DefaultBudget)}, nil
}

// identify makes sure that a text is an API key, and says what it is when it is not.
func identify(key string) (contract.APIKey, error) {
	const wanted = "vora.New wants an API key: vp_sk_test_…, vp_sk_live_… or a publishable vp_pk_…"
	kind, gateway, known := contract.Identify(key)
	switch {
	case key == "":
		return kind, refused("vora.New", sdk.CodeAuthMissingBearer, "the API key is empty. Is its environment variable set? "+wanted)
	case strings.TrimSpace(key) != key:
		return kind, refused("vora.New", sdk.CodeAuthInvalidKey, "the API key begins or ends with white space: trim it")
	case !known:
		return kind, refused("vora.New", sdk.CodeAuthInvalidKey, "the text does not begin like any key of Vora. "+wanted)
	case gateway != "Vora":
		return kind, refused("vora.New", sdk.CodeAuthInvalidKey, fmt.Sprintf("the text begins with %s: that is %s's %s. %s", kind.Prefix, gateway, kind.Name, wanted))
	case kind.Kind != "secret" && kind.Kind != "publishable":
		return kind, refused("vora.New", sdk.CodeAuthInvalidKey, fmt.Sprintf("the text begins with %s: that is a %s. %s", kind.Prefix, kind.Name, wanted))
	case len(key) == len(kind.Prefix):
		return kind, refused("vora.New", sdk.CodeAuthInvalidKey, "the API key ends after its prefix: it was cut off")
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return kind, refused("vora.New", sdk.CodeAuthInvalidKey, "the API key contains characters that no key has: was it copied with a line break?")
	}
	return kind, nil
}

// refused is an error about something that was not sent.
func refused(operation string, code sdk.Code, message string) *sdk.Error {
	return &sdk.Error{Operation: operation, Code: code, Message: message}
}

// Mode is test or live, from the key's prefix; empty for a legacy key, which does not say.
func (c *Client) Mode() Mode { return Mode(c.kind.Mode) }

// String names the client without its key.
func (c *Client) String() string {
	return fmt.Sprintf("vora.Client(%s… at %s)", c.kind.Prefix, c.base.Host)
}

// GoString is String.
func (c *Client) GoString() string { return c.String() }

// A plan is how one call is going to be made.
type plan struct {
	options sdk.Options
	base    *url.URL
	call    transport.Call
}

func (c *Client) plan(operation string, opts []sdk.Option) (plan, error) {
	p := plan{options: c.options, base: c.base, call: transport.Call{Operation: operation, Safety: retry.Idempotent}}
	if len(opts) == 0 {
		return p, nil
	}
	p.options = c.options.With(opts...)
	base, err := transport.BaseURL(p.options.BaseURL)
	if err != nil {
		return p, refused(operation, sdk.CodeValidationError, err.Error())
	}
	p.base = base
	return p, nil
}

// needsSecretKey refuses, before sending, what the gateway would refuse.
func (c *Client) needsSecretKey(operation string) error {
	if c.kind.Kind == "secret" {
		return nil
	}
	return refused(operation, sdk.CodeAuthKeyTypeForbidden, "this call needs a secret key (vp_sk_…), and the client has a publishable one. Nothing was sent")
}

// authorize puts the key on a request.
func (c *Client) authorize(p *plan, request *http.Request) {
	request.Header["Authorization"] = []string{"Bearer " + c.key.Reveal()}
	p.call.Secrets = append(p.call.Secrets, c.key)
}

// built wraps the error of a request builder, which can only be about the arguments.
func built(operation string, err error) error {
	if err == nil {
		return nil
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return refused(operation, sdk.CodeValidationError, "the request cannot be built: "+err.Error())
}
