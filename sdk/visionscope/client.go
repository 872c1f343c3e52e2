package visionscope

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// DevelopmentURL is the gateway's development environment. The production address is given by VisionScope on request.
const DevelopmentURL = contract.VisionScopeServer

// A Client calls VisionScope with one merchant's key. It does not change after New and is safe for concurrent use.
type Client struct {
	key      sdk.Secret
	endpoint transport.Endpoint
}

// New makes a client for a merchant's key (vsk_…). [sdk.WithBaseURL] is required, with [DevelopmentURL] or the address
// that VisionScope gave for production; with or without /api/checkout at its end. No request is made.
//
// Defaults: 3 retries, 30 s per attempt. The error is an [*sdk.Error] and never contains the key.
func New(key string, opts ...sdk.Option) (*Client, error) {
	if _, err := keys.Check(key); err != nil {
		return nil, err
	}
	options := sdk.Options{MaxRetries: 3, AttemptTimeout: 30 * time.Second}.With(opts...)
	if options.BaseURL == "" {
		return nil, transport.Refuse("visionscope.New", sdk.CodeValidationMissingField,
			"the base URL is missing, because VisionScope has no public production address: pass sdk.WithBaseURL with the one that VisionScope gave you, or with visionscope.DevelopmentURL")
	}
	endpoint, err := transport.NewEndpoint("visionscope.New", options, withoutPath)
	if err != nil {
		return nil, err
	}
	endpoint.Gateway, endpoint.KeyID = sdk.GatewayVisionScope, apikey.ID(key)
	return &Client{key: sdk.NewSecret(key), endpoint: endpoint}, nil
}

var keys = apikey.Rule{
	Constructor: "visionscope.New",
	Gateway:     "VisionScope",
	Kinds:       []string{"secret"},
	Wanted:      "an API key: vsk_…",
}

// withoutPath takes away the path that the reference caller's configuration ends in and that requests add.
func withoutPath(base *url.URL) *url.URL {
	if root, found := strings.CutSuffix(base.Path, "/api/checkout/"); found {
		base.Path, base.RawPath = root+"/", ""
	}
	return base
}

// authorize puts the key on a request, and among the texts that no message may repeat.
func (c *Client) authorize(call *transport.Call, request *http.Request) {
	request.Header["X-Api-Key"] = []string{c.key.Reveal()}
	call.Secrets[0] = c.key
}

// String names the client without its key.
func (c *Client) String() string {
	return fmt.Sprintf("visionscope.Client(at %s)", c.endpoint.Base.Host)
}

// GoString is String.
func (c *Client) GoString() string { return c.String() }
