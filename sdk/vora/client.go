package vora

import (
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// APIVersion is the version of the API that this SDK was generated for. Every request asks for it,
// unless [Client.WithAPIVersion] asks for another.
const APIVersion = contract.VoraVersion

// gateway is what package transport needs to know about Vora.
var gateway = transport.Gateway{ // read only
	ID: sdk.GatewayVora, Constructor: "vora.New",
	BaseURL: contract.VoraServer, MaxRetries: 2, AttemptTimeout: 30 * time.Second,
	KeyHeader: contract.VoraKeyHeader, KeyPrefix: contract.VoraKeyPrefix,
	VersionHeader: contract.VoraVersionHeader, LatestVersionHeader: contract.VoraLatestVersionHeader,
}

var apiKeys = apikey.Accepted{ // read only
	Constructor: "vora.New",
	Gateway:     sdk.GatewayVora,
	Kinds:       []string{"secret", "publishable"},
	Example:     "an API key: vp_sk_test_…, vp_sk_live_… or a publishable vp_pk_…",
}

// A Client calls Vora with one merchant's API key. It does not change after New and is safe for
// concurrent use.
type Client struct {
	transport *transport.Client
	apiKey    contract.APIKey // what the key's prefix says
	version   string
	keys      *keyRegister // of idempotency keys
}

// New makes a client for a merchant's API key: secret (vp_sk_test_…, vp_sk_live_…), or publishable
// (vp_pk_…), which can create sessions and run dry runs and nothing else. No request is made.
//
// Defaults: the base URL of the contract, [APIVersion], 2 retries, 30 s per attempt. The error is
// an [*sdk.Error] and never contains the key.
func New(key string, opts ...sdk.ClientOption) (*Client, error) {
	kind, err := apiKeys.Check(key)
	if err != nil {
		return nil, err
	}
	t, err := transport.NewClient(&gateway, key, kind, opts)
	if err != nil {
		return nil, err
	}
	return &Client{transport: t, apiKey: kind, version: APIVersion, keys: &keyRegister{}}, nil
}

// WithAPIVersion returns a client that asks for another API version than the one that this SDK was
// generated for, and shares everything else with c. An empty version leaves the choice to the
// gateway. (Vora contract, Von-Pay-Version.)
func (c *Client) WithAPIVersion(version string) *Client {
	other := *c
	other.version = version
	return &other
}

// Mode is test or live, from the key's prefix; empty for a legacy key, which does not say.
func (c *Client) Mode() sdk.Mode { return sdk.Mode(c.apiKey.Mode) }

// String names the client without its key.
func (c *Client) String() string {
	return fmt.Sprintf("vora.Client(%s… at %s)", c.apiKey.Prefix, c.transport.Base.Host)
}

// GoString is String.
func (c *Client) GoString() string { return c.String() }

// requireSecretKey rejects locally what the gateway would reject.
func (c *Client) requireSecretKey(operation string) error {
	if c.apiKey.Kind == "secret" {
		return nil
	}
	return transport.Rejected(operation, sdk.CodeAuthKeyTypeForbidden, "this call needs a secret API key (vp_sk_…), and the client has a publishable one; nothing was sent")
}
