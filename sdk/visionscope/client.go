package visionscope

import (
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// DevelopmentURL is the gateway's development environment. VisionScope gives the production address
// on request.
const DevelopmentURL = contract.VisionScopeServer

// gateway is what package transport needs to know about VisionScope.
var gateway = transport.Gateway{ // read only
	ID: sdk.GatewayVisionScope, Constructor: "visionscope.New",
	NeedsBaseURL: "the base URL is missing, because VisionScope has no public production address: pass sdk.WithBaseURL with the one that VisionScope gave you, or with visionscope.DevelopmentURL",
	BasePaths:    []string{"/api/checkout/create/", "/api/checkout/"}, MaxRetries: 3, AttemptTimeout: 30 * time.Second,
	KeyHeader:    contract.VisionScopeKeyHeader,
	AssignedCode: contract.VisionScopeAssignedCode,
}

var apiKeys = apikey.Accepted{ // read only
	Constructor: "visionscope.New",
	Gateway:     sdk.GatewayVisionScope,
	Kinds:       []string{"secret"},
	Example:     "an API key: vsk_…",
}

// A Client calls VisionScope with one merchant's API key. It does not change after New and is safe
// for concurrent use.
type Client struct{ transport *transport.Client }

// New makes a client for a merchant's API key (vsk_…). [sdk.WithBaseURL] is required, with
// [DevelopmentURL] or the address that VisionScope gave for production; with or without
// /api/checkout or /api/checkout/create at its end. No request is made.
//
// Defaults: 3 retries, 30 s per attempt. The error is an [*sdk.Error] and never contains the key.
func New(key string, opts ...sdk.ClientOption) (*Client, error) {
	kind, err := apiKeys.Check(key)
	if err != nil {
		return nil, err
	}
	t, err := transport.NewClient(&gateway, key, kind, opts)
	if err != nil {
		return nil, err
	}
	return &Client{transport: t}, nil
}

// String names the client without its key.
func (c *Client) String() string {
	return fmt.Sprintf("visionscope.Client(at %s)", c.transport.Base.Host)
}

// GoString is String.
func (c *Client) GoString() string { return c.String() }
