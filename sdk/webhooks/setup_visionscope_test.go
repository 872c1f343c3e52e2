package webhooks_test

import (
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

var registeredVisionScope = register(scheme{
	name: webhooks.SchemeVisionScope, verifier: webhooks.VisionScope, sign: webhookstest.VisionScope,
	secret: "6d0f2c1b8a9e4f7053b1c2d3e4f50617", body: webhookstest.PaymentSucceeded(), header: "X-Signature",
	anyCase: true, unprefixed: true,
})

func visionScope() scheme { return registeredVisionScope }
