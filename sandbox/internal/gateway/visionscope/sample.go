package visionscope

import (
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
)

// Title is VisionScope's name.
func (g *Gateway) Title() string { return "VisionScope" }

// Sample creates a checkout.
func (g *Gateway) Sample(m control.Merchant, returnURL string) gateway.Sample {
	return gateway.Sample{
		Creates: "a checkout", Path: "/api/checkout/create", Header: "X-API-Key: " + m.VisionScope.APIKey,
		Fields: []string{
			`"amount": 14.99, "currency": "EUR"`,
			gateway.Field("webhook_url", "http://localhost:8080/webhooks"),
			gateway.Field("webhook_secret", "6d0f2c1b8a9e4f7053b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617"),
			gateway.Field("return_url", returnURL),
		},
	}
}
