package scheme

import (
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func visionScopeSchemes() []Scheme {
	return []Scheme{{
		Name: webhooks.SchemeVisionScope, header: contract.VisionScopeSignatureHeader, Events: contract.VisionScopeEventTypes(),
		Secret: "webhook secret", Variable: "VISIONSCOPE_WEBHOOK_SECRET", Flag: "webhook-secret-file", Signs: "webhook secret of a VisionScope checkout",
		identity: []string{"session_id"},
		body:     readyMade(webhookstest.PaymentSucceeded, webhookstest.PaymentFailed),
		sign:     webhookstest.VisionScope, Verifier: webhooks.VisionScope,
		probe: `{"amount":0,"currency":"XTS","event":"hostedpay.doctor","order_id":"ID","reason":"NOTE","session_id":"cs_ID","status":"test"}`,
	}}
}
