package sandbox

import (
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway/vora"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// WithWebhookURL registers where a merchant's Vora events go: to this machine, or to a host of
// [WithWebhookHosts]. The URL of a VisionScope checkout comes with the checkout.
func WithWebhookURL(merchantID, address string) Option {
	return func(c *config) { c.vora.RegisterWebhookURL(merchantID, address) }
}

// WithWebhooksV2 sends a merchant's Vora events as webhooks v2, signed with the merchant's
// WebhookSecret.
func WithWebhooksV2(merchantID string) Option {
	return func(c *config) { c.vora.WebhooksV2 = append(c.vora.WebhooksV2, merchantID) }
}

// WithFlatWebhooksV2 is [WithWebhooksV2] with the flat bodies of webhooks v1, which the gateway's
// newest samples receive, instead of envelopes.
func WithFlatWebhooksV2(merchantID string) Option {
	return func(c *config) {
		c.vora.WebhooksV2 = append(c.vora.WebhooksV2, merchantID)
		c.vora.FlatWebhooksV2 = append(c.vora.FlatWebhooksV2, merchantID)
	}
}

// WithReturnV2 signs Vora's return URLs with v2 instead of v1.
func WithReturnV2() Option {
	return func(c *config) { c.vora.ReturnV2 = true }
}

// WithRateLimits enforces Vora's documented rate limits, which are off otherwise.
func WithRateLimits() Option {
	return func(c *config) { c.vora.RateLimits = true }
}

// WithDeprecation announces on every response of Vora that the endpoint is deprecated, and when it
// stops working. A zero since says only that it is deprecated; a zero sunset leaves the day open.
func WithDeprecation(since, sunset time.Time) Option {
	return func(c *config) {
		c.vora.Deprecated, c.vora.DeprecatedSince, c.vora.DeprecationSunset = true, since, sunset
	}
}

// WithLatestVersion announces a newer version of Vora's API than the one that responds.
func WithLatestVersion(version string) Option {
	return func(c *config) { c.vora.LatestVersion = version }
}

// KeyFor is the Vora secret key whose every call gets the error of a code of the catalog:
// vp_sk_test_ and the code.
func KeyFor(code sdk.Code) string { return vora.KeyPrefix + string(code) }

// RotateKey gives a merchant a new Vora secret key. The old one is valid for another 24 hours;
// rotating again ends the oldest at once. Webhooks are signed with the new key from now on. (Vora,
// "API keys".)
func (s *Sandbox) RotateKey(merchantID string) (newKey string, err error) {
	newKey, err = s.vora().RotateKey(merchantID)
	return newKey, wrap(err)
}

// RevokeKeys ends a merchant's retired Vora keys at once.
func (s *Sandbox) RevokeKeys(merchantID string) error { return wrap(s.vora().RevokeKeys(merchantID)) }

// SetWebhookURL registers where a merchant's Vora events go: to this machine, or to a host of
// [WithWebhookHosts]; empty for nowhere. It counts for the next attempt of earlier events too.
func (s *Sandbox) SetWebhookURL(merchantID, address string) error {
	return wrap(s.vora().SetWebhookURL(merchantID, address))
}

// DivertWebhooks has a merchant's Vora events go to another URL until [Sandbox.RestoreWebhooks]. Of
// several diversions the last one counts, and they end in any order; [Sandbox.SetWebhookURL] ends
// them all. One to where nobody listens (the connection is refused) ends when an event is to go
// there, and the event goes where it would have gone without. Of more than 100 the oldest is
// forgotten.
func (s *Sandbox) DivertWebhooks(merchantID, address string) error {
	return wrap(s.vora().DivertWebhooks(merchantID, address))
}

// RestoreWebhooks ends the diversion to a URL, and no other. It is no error that there is none.
func (s *Sandbox) RestoreWebhooks(merchantID, address string) (control.Diversion, error) {
	d, err := s.vora().RestoreWebhooks(merchantID, address)
	return d, wrap(err)
}

func (s *Sandbox) vora() *vora.Gateway { return s.gateways[sdk.GatewayVora].(*vora.Gateway) }
