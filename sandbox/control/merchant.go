package control

import (
	"context"
	"net/url"
	"slices"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Merchant has an account at every gateway. Its keys are made up and work nowhere else.
type Merchant struct {
	ID          string             `json:"id"`
	Name        string             `json:"name"`
	Vora        VoraAccount        `json:"vora"`
	VisionScope VisionScopeAccount `json:"visionscope"`
}

// SampleMerchant returns a merchant with a made-up account at every gateway. Its keys contain id,
// "acme_vitamins".
func SampleMerchant(id, name string) Merchant {
	return Merchant{
		ID: "mer_" + id, Name: name,
		Vora:        sampleVoraAccount(id),
		VisionScope: sampleVisionScopeAccount(id),
	}
}

// A Credential is one of a merchant's keys and secrets, with the name to show beside it.
type Credential struct {
	Gateway sdk.Gateway
	Label   string // "Vora secret key"
	Value   string
}

// Credentials lists the keys and secrets that the merchant has now, gateway by gateway.
func (m Merchant) Credentials() []Credential {
	all := slices.Concat(m.Vora.credentials(), m.VisionScope.credentials())
	return slices.DeleteFunc(all, func(c Credential) bool { return c.Value == "" })
}

// WebhookParams is the body of POST merchants/{id}/webhook and of the calls below it.
type WebhookParams struct {
	URL string `json:"url"` // on this machine; empty for none, where that makes sense
}

// A Diversion is the response to POST merchants/{id}/webhook/restore.
type Diversion struct {
	// Ended is false when there was none: somebody has registered a URL since.
	Ended bool `json:"ended"`
	// WebhookURL is where the merchant's events go now; empty for nowhere.
	WebhookURL string `json:"webhookUrl"`
	// Diverted means that WebhookURL is that of another diversion, which ends when nobody listens
	// there.
	Diverted bool `json:"diverted,omitempty"`
}

// A RotatedKey is the response to POST merchants/{id}/rotate.
type RotatedKey struct {
	SecretKey string `json:"secretKey"`
}

// Merchants lists the merchants with the keys that they have now.
func (c *Client) Merchants(ctx context.Context) ([]Merchant, error) {
	return get[[]Merchant](ctx, c, "merchants")
}

// SetWebhookURL registers where the events of a merchant's Vora account go, on this machine; empty
// for nowhere. At VisionScope the URL comes with each checkout.
func (c *Client) SetWebhookURL(ctx context.Context, merchantID, webhookURL string) error {
	_, err := post[none](ctx, c, "merchants/"+url.PathEscape(merchantID)+"/webhook", WebhookParams{URL: webhookURL})
	return err
}

// DivertWebhooks has the events of a merchant's Vora account go to another URL on this machine
// until [Client.RestoreWebhooks]. Of several diversions the last one counts, and they end in any
// order. A URL that is registered meanwhile ends them all. One to where nobody listens ends when an
// event is to go there.
func (c *Client) DivertWebhooks(ctx context.Context, merchantID, webhookURL string) error {
	_, err := post[none](ctx, c, "merchants/"+url.PathEscape(merchantID)+"/webhook/divert", WebhookParams{URL: webhookURL})
	return err
}

// RestoreWebhooks ends the diversion to a URL, and no other.
func (c *Client) RestoreWebhooks(ctx context.Context, merchantID, webhookURL string) (Diversion, error) {
	return post[Diversion](ctx, c, "merchants/"+url.PathEscape(merchantID)+"/webhook/restore", WebhookParams{URL: webhookURL})
}

// RotateKey gives a merchant a new Vora secret key. The old one works for another 24 hours of the
// sandbox's clock.
func (c *Client) RotateKey(ctx context.Context, merchantID string) (RotatedKey, error) {
	return post[RotatedKey](ctx, c, "merchants/"+url.PathEscape(merchantID)+"/rotate", nil)
}

// RevokeKeys ends a merchant's old keys at once.
func (c *Client) RevokeKeys(ctx context.Context, merchantID string) error {
	_, err := post[none](ctx, c, "merchants/"+url.PathEscape(merchantID)+"/revoke", nil)
	return err
}
