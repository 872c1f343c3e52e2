package dashboard

import (
	"strings"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

var visionScope = gateway{sdk.GatewayVisionScope, "VisionScope", "VisionScope: a checkout", createVisionScopeCheckout} // read only

// createVisionScopeCheckout is a curl command that creates a checkout.
func createVisionScopeCheckout(v View, m control.Merchant) string {
	return strings.Join([]string{
		"curl " + shellQuote(v.Origin+"/api/checkout/create"),
		"-H " + shellQuote("X-API-Key: "+m.VisionScope.APIKey),
		"-H 'Content-Type: application/json'",
		"-d " + shellQuote(jsonObject(
			`"amount": 14.99, "currency": "EUR"`,
			`"webhook_url": "http://localhost:8080/webhooks"`,
			`"webhook_secret": "6d0f2c1b8a9e4f7053b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617"`,
			`"return_url": `+jsonString(v.returnURL()),
		)),
	}, " \\\n  ")
}
