package main

import (
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func visionScopeGateway() gateway {
	return gateway{
		id: sdk.GatewayVisionScope, name: "VisionScope", variable: "VISIONSCOPE_API_URL, with or without /api/checkout",
		events: func(string) string { return "to the webhook_url of each checkout" },
		key:    "VISIONSCOPE_API_KEY", address: "VISIONSCOPE_API_URL", examine: (*doctor).examineVisionScope,
		cards: contract.VisionScopeTestCards,
		schemes: func() []signedScheme {
			return []signedScheme{{
				name: webhooks.SchemeVisionScope, header: contract.VisionScopeSignatureHeader, events: contract.VisionScopeEventTypes(),
				secret: "webhook secret", variable: "VISIONSCOPE_WEBHOOK_SECRET", flag: "webhook-secret-file", signs: "webhook secret of a VisionScope checkout",
				identity: []string{"session_id"},
				body:     readyMade(webhookstest.PaymentSucceeded, webhookstest.PaymentFailed),
				sign:     webhookstest.VisionScope, verifier: webhooks.VisionScope,
				probe: `{"amount":0,"currency":"XTS","event":"hostedpay.doctor","order_id":"ID","reason":"NOTE","session_id":"cs_ID","status":"test"}`,
			}}
		},
	}
}
