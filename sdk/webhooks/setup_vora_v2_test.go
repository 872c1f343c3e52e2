package webhooks_test

import (
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

var registeredVoraV2 = register(scheme{
	name: webhooks.SchemeVoraV2, verifier: webhooks.VoraV2, sign: webhookstest.VoraV2,
	secret: "whsec_webhooks", body: webhookstest.VoraV2Event("charge.succeeded", nil), header: "x-vonpay-signature",
})

func voraV2() scheme { return registeredVoraV2 }
