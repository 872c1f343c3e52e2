package scheme

import (
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func voraSchemes() []Scheme {
	v1 := Scheme{
		Name: webhooks.SchemeVoraV1, header: contract.VoraV1TimestampHeader, Events: contract.VoraV1EventTypes(),
		Secret: "API key", Variable: "VON_PAY_SECRET_KEY", Flag: "key-file", Signs: "API key, which signs Vora's webhooks v1",
		identity: []string{"refundId", "sessionId"},
		body:     readyMade(webhookstest.SessionSucceeded, webhookstest.SessionFailed, webhookstest.SessionExpired, webhookstest.RefundCreated),
		sign:     webhookstest.Vora, Verifier: webhooks.Vora,
		probe: `{"amount":0,"currency":"XTS","event":"hostedpay.doctor","merchantId":"MERCHANT","metadata":{"note":"NOTE"},"sessionId":"ID","timestamp":"NOW"}`,
	}
	return []Scheme{v1, {
		Name: webhooks.SchemeVoraV2, header: contract.VoraV2SignatureHeader, Events: contract.VoraV2EventTypes(),
		Secret: "subscription's signing secret", Variable: "VON_PAY_WEBHOOK_SECRET", Flag: "subscription-secret-file",
		Signs:    "subscription's secret, which signs Vora's webhooks v2",
		identity: []string{"id"},
		body: func(event string, changes ...webhookstest.Field) []byte {
			return webhookstest.VoraV2Event(event, nil, changes...)
		},
		sign: webhookstest.VoraV2, Verifier: webhooks.VoraV2,
		inData: &v1, asInData: contract.VoraV2EventFor,
		probe: `{"created":UNIX,"data":{"note":"NOTE"},"id":"evt_ID","livemode":false,"merchant_id":"MERCHANT","type":"hostedpay.doctor"}`,
	}}
}
