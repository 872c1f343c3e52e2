package webhooks_test

import (
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

var registeredVoraV1 = register(scheme{
	name: webhooks.SchemeVoraV1, verifier: webhooks.Vora, sign: webhookstest.Vora,
	secret: "vp_sk_test_webhooks", body: webhookstest.SessionSucceeded(), header: "X-VonPay-Signature",
})

func voraV1() scheme { return registeredVoraV1 }
