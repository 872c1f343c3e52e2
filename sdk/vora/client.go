package vora

import (
	"fmt"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// APIVersion is the version of the API that this SDK was generated for. Every request asks for it, unless
// [sdk.WithAPIVersion] asks for another.
const APIVersion = contract.VoraVersion

// A Client calls Vora with one merchant's key. It is safe for concurrent use, and its options do not change after New.
type Client struct {
	key sdk.Secret
	// authorization is the header with the key: a function for the same reason that a Secret is one.
	authorization func() []string
	kind          contract.APIKey
	endpoint      transport.Endpoint
	keys          *keyMemory // of idempotency keys
}

// New makes a client for a merchant's key: secret (vp_sk_test_…, vp_sk_live_…), or publishable (vp_pk_…), which can
// create sessions and run dry runs and nothing else. No request is made.
//
// Defaults: the base URL of the contract, [APIVersion], 2 retries, 30 s per attempt. The error is an [*sdk.Error] and
// never contains the key.
func New(key string, opts ...sdk.Option) (*Client, error) {
	kind, err := apiKeys.Check(key)
	if err != nil {
		return nil, err
	}
	endpoint, err := transport.NewEndpoint("vora.New", sdk.Options{
		BaseURL:        contract.VoraServer,
		APIVersion:     APIVersion,
		MaxRetries:     2,
		AttemptTimeout: 30 * time.Second,
	}.With(opts...), nil)
	if err != nil {
		return nil, err
	}
	endpoint.Gateway, endpoint.KeyID = sdk.GatewayVora, apikey.ID(key)
	header := []string{"Bearer " + key} // read only
	return &Client{
		key: sdk.NewSecret(key), authorization: func() []string { return header }, kind: kind, endpoint: endpoint,
		keys: newKeyMemory(),
	}, nil
}

var apiKeys = apikey.Rule{
	Constructor: "vora.New",
	Gateway:     "Vora",
	Kinds:       []string{"secret", "publishable"},
	Wanted:      "an API key: vp_sk_test_…, vp_sk_live_… or a publishable vp_pk_…",
}

// Mode is test or live, from the key's prefix; empty for a legacy key, which does not say.
func (c *Client) Mode() sdk.Mode { return sdk.Mode(c.kind.Mode) }

// String names the client without its key.
func (c *Client) String() string {
	return fmt.Sprintf("vora.Client(%s… at %s)", c.kind.Prefix, c.endpoint.Base.Host)
}

// GoString is String.
func (c *Client) GoString() string { return c.String() }

// needsSecretKey refuses, before sending, what the gateway would refuse.
func (c *Client) needsSecretKey(operation string) error {
	if c.kind.Kind == "secret" {
		return nil
	}
	return transport.Refuse(operation, sdk.CodeAuthKeyTypeForbidden, "this call needs a secret key (vp_sk_…), and the client has a publishable one; nothing was sent")
}

// authorize puts the key on a request, and among the texts that no message may repeat.
func (c *Client) authorize(call *transport.Call, request *http.Request) {
	request.Header["Authorization"] = c.authorization()
	call.Secrets[0] = c.key
}
