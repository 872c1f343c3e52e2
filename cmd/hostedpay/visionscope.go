package main

import (
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

func visionScopeGateway() gateway {
	return gateway{
		id: sdk.GatewayVisionScope, name: "VisionScope", variable: "VISIONSCOPE_API_URL, with or without /api/checkout",
		events: func(string) string { return "to the webhook_url of each checkout" },
		key:    "VISIONSCOPE_API_KEY", address: "VISIONSCOPE_API_URL", examine: (*doctor).examineVisionScope,
		cards: contract.VisionScopeTestCards,
	}
}
