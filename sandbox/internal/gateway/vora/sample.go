package vora

import (
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
)

// Title is Vora's name.
func (g *Gateway) Title() string { return "Vora" }

// Sample creates a session.
func (g *Gateway) Sample(m control.Merchant, returnURL string) gateway.Sample {
	return gateway.Sample{
		Creates: "a session", Path: sessionsPath, Header: "Authorization: Bearer " + m.Vora.SecretKey,
		Fields: []string{
			`"amount": 1499, "currency": "USD"`,
			gateway.Field("description", "A first try"),
			gateway.Field("successUrl", returnURL),
		},
	}
}
