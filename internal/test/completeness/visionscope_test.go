package completeness_test

import (
	"context"
	"net/http"
	"net/url"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const visionScopeSecret = "6d0f2c1b8a9e4f7053b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617"

var _ = register(sdk.GatewayVisionScope, gateway{
	calls: map[string][]call{
		"createCheckout": {func(ctx context.Context, transport http.RoundTripper) (any, error) {
			client, err := visionscope.New("vsk_live_x7Kq2nP9wT4", sdk.WithBaseURL("https://checkout.example.com"),
				sdk.WithHTTPClient(&http.Client{Transport: transport}), sdk.WithMaxRetries(0))
			if err != nil {
				return nil, err
			}
			return client.CreateCheckout(ctx, visionscope.CheckoutParams{
				Amount: money.MustParse("10.00", "EUR"), WebhookURL: "https://shop.example.com/webhook",
				WebhookSecret: sdk.NewSecret(visionScopeSecret), ReturnURL: "https://shop.example.com/return",
			})
		}},
	},
	verify:  map[string]verify{"visionscope": verifies(webhooks.VisionScope, webhookstest.VisionScope, visionScopeSecret)},
	returns: func(query url.Values) (any, error) { return visionscope.ParseReturn(query) },
})
