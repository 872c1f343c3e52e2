package vora

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/signature"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
)

// signing says how an event is signed and sent.
type signing struct {
	v1Kind string // its type in webhooks v1
	v2     bool
}

// WebhookURL is the merchant's.
func (g *Gateway) WebhookURL(_ ledger.Delivery, m control.Merchant) string { return m.Vora.WebhookURL }

// Redelivery is the documented schedule.
func (g *Gateway) Redelivery() (after []time.Duration, responseWithin time.Duration) {
	return contract.VoraV1RetryAfter(), contract.VoraV1ReplyWithin
}

// SigningSecret is the merchant's secret key for webhooks v1, and its webhook secret for v2.
func (g *Gateway) SigningSecret(d ledger.Delivery) string {
	merchant, _ := g.Ledger.Merchant(d.MerchantID) // merchants are never removed
	if d.Details.(signing).v2 {
		return merchant.Vora.WebhookSecret
	}
	return merchant.Vora.SecretKey
}

// Post sends an event with the initiator that is generated from the contract.
func (g *Gateway) Post(ctx context.Context, d ledger.Delivery, secret string, at time.Time, note func(*http.Request)) (*http.Response, error) {
	const kind = "application/json"
	body, signing := strings.NewReader(d.Body), d.Details.(signing)
	edit := func(_ context.Context, r *http.Request) error {
		r.Header.Set("User-Agent", contract.VoraV1UserAgent)
		if !signing.v2 {
			r.Header.Set(contract.VoraV1TimestampHeader, gateway.Timestamp(at).String())
		}
		note(r)
		return nil
	}
	if signing.v2 {
		t := strconv.FormatInt(at.Unix(), 10)
		return g.hooks.EventV2WithBody(ctx, d.URL, &gen.EventV2Params{
			XVonpaySignature: "t=" + t + ",v1=" + signature.Hex(secret, t, ".", d.Body),
		}, kind, body, edit)
	}
	sig := signature.Hex(secret, d.Body)
	switch signing.v1Kind {
	case string(gen.SessionSucceededEventEventSessionSucceeded):
		return g.hooks.SessionSucceededWithBody(ctx, d.URL, &gen.SessionSucceededParams{XVonPaySignature: sig, XVonPayTimestamp: at}, kind, body, edit)
	case string(gen.SessionFailedEventEventSessionFailed):
		return g.hooks.SessionFailedWithBody(ctx, d.URL, &gen.SessionFailedParams{XVonPaySignature: sig, XVonPayTimestamp: at}, kind, body, edit)
	case string(gen.SessionExpiredEventEventSessionExpired):
		return g.hooks.SessionExpiredWithBody(ctx, d.URL, &gen.SessionExpiredParams{XVonPaySignature: sig, XVonPayTimestamp: at}, kind, body, edit)
	case string(gen.RefundCreatedEventEventRefundCreated):
		return g.hooks.RefundCreatedWithBody(ctx, d.URL, &gen.RefundCreatedParams{XVonPaySignature: sig, XVonPayTimestamp: at}, kind, body, edit)
	}
	return nil, fmt.Errorf("the contract has no event %q", signing.v1Kind)
}
