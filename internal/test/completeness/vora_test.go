package completeness_test

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/returnurl"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const (
	voraKey                = "vp_sk_test_x7Kq2nP9wT4"
	voraSubscriptionSecret = "whsec_x7Kq2nP9wT4x7Kq2nP9wT4x7Kq2nP9wT4"
)

var voraGateway = register(sdk.GatewayVora, gateway{ // read only
	calls: map[string][]call{
		"createSession": {
			withVora(func(ctx context.Context, c *vora.Client) (any, error) {
				return c.CreateSession(ctx, voraParams(), sdk.WithIdempotencyKey("acme_order-1_attempt-1"))
			}),
			withVora(func(ctx context.Context, c *vora.Client) (any, error) { return c.ValidateSession(ctx, voraParams()) }),
		},
		"getSession": {getSession},
		"getHealth": {
			withVora(func(ctx context.Context, c *vora.Client) (any, error) { return c.Health(ctx) }),
			withVora(func(ctx context.Context, c *vora.Client) (any, error) { return c.DeepHealth(ctx) }),
		},
		"getHealthAtAPI": {
			withVora(func(ctx context.Context, c *vora.Client) (any, error) { return c.Health(ctx) }),
			withVora(func(ctx context.Context, c *vora.Client) (any, error) { return c.DeepHealth(ctx) }),
		},
		"getDiscovery":            {withVora(func(ctx context.Context, c *vora.Client) (any, error) { return c.Discovery(ctx) })},
		"getDiscoveryAtWellKnown": {withVora(func(ctx context.Context, c *vora.Client) (any, error) { return c.Discovery(ctx) })},
	},
	verify: map[string]verify{
		"v1": verifies(webhooks.Vora, webhookstest.Vora, voraKey),
		"v2": verifies(webhooks.VoraV2, webhookstest.VoraV2, voraSubscriptionSecret),
	},
	returns: func(query url.Values) (any, error) {
		const secret = "ss_test_x7Kq2nP9wT4x7Kq2nP9wT4"
		query.Set("sig", returnurl.FieldsOf(query).SignV1(secret))
		return vora.VerifyReturn(query, vora.ExpectedReturn{
			Secrets: []sdk.Secret{sdk.NewSecret(secret)}, SessionID: query.Get("session"), Amount: money.Minor(7300, money.Currency(query.Get("currency"))),
			URL: "https://shop.example.com/thanks", Mode: sdk.ModeTest,
		})
	},
	decided: map[string][]string{
		"CreateSessionRequest.mode": {"payment"},
		"Session.status":            {"pending", "processing", "succeeded", "failed", "expired", "refunded"},
		"Health.status":             {"ok", "healthy", "degraded", "down"},
		"EventV2.type": {
			"charge.succeeded", "charge.failed", "charge.refunded", "payment_intent.succeeded", "payment_intent.failed", "payment_intent.cancelled",
			"dispute.created", "dispute.won", "dispute.lost", "application.approved", "application.denied", "merchant.ready_for_payments",
			"payout.paid", "payout.failed",
		},
	},
	leftOut: map[string]string{"x-return-url.sig": "it is verified"},
})

func withVora(do func(context.Context, *vora.Client) (any, error)) call {
	return func(ctx context.Context, transport http.RoundTripper) (any, error) {
		client, err := vora.New(voraKey, sdk.WithHTTPClient(&http.Client{Transport: transport}), sdk.WithMaxRetries(0))
		if err != nil {
			return nil, err
		}
		return do(ctx, client)
	}
}

// getSession asks for the session that the response has: another one's would be an error.
func getSession(ctx context.Context, transport http.RoundTripper) (any, error) {
	var session struct{ ID string }
	_ = json.Unmarshal(transport.(*responder).body, &session) // an error response has none
	return withVora(func(ctx context.Context, c *vora.Client) (any, error) {
		return c.GetSession(ctx, cmp.Or(session.ID, "vp_cs_test_1"))
	})(ctx, transport)
}

func voraParams() vora.SessionParams {
	return vora.SessionParams{
		Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com/thanks", CancelURL: "https://shop.example.com/cart",
		Country: "US", Mode: "payment", Description: "Order 1", Locale: "en-US",
		BuyerID: "cus_1", BuyerName: "Ada Example", BuyerEmail: "ada@example.com",
		LineItems:       []vora.LineItem{{Name: "D3", Quantity: 1, UnitAmount: money.Minor(1499, "USD"), ImageURL: "https://shop.example.com/d3.png"}},
		CollectShipping: true, Metadata: map[string]string{"orderId": "order-1"}, ExpiresIn: 10 * time.Minute,
	}
}
