package main

import (
	"cmp"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A gateway is what the commands know about one of the gateways.
type gateway struct {
	id       sdk.Gateway
	variable string                         // of the environment: the base URL of integrations
	events   func(webhookURL string) string // where its events go, given the flag --webhook
	cards    func() []contract.TestCard     // of test mode
}

// gateways lists all of them, in the order in which they are printed.
func gateways() []gateway {
	return []gateway{
		{
			id: sdk.GatewayVora, variable: "VON_PAY_BASE_URL", cards: contract.VoraTestCards,
			events: func(webhookURL string) string {
				return cmp.Or(webhookURL, "nowhere; pass --webhook http://127.0.0.1:PORT/PATH")
			},
		}, {
			id: sdk.GatewayVisionScope, variable: "VISIONSCOPE_API_URL, with or without /api/checkout", cards: contract.VisionScopeTestCards,
			events: func(string) string { return "to the webhook_url of each checkout" },
		},
	}
}
