package main

import (
	"cmp"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func voraGateway() gateway {
	return gateway{
		id: sdk.GatewayVora, name: "Vora", variable: "VON_PAY_BASE_URL",
		events: func(webhookURL string) string {
			return cmp.Or(webhookURL, "nowhere; pass --webhook http://127.0.0.1:PORT/PATH")
		},
		key: "VON_PAY_SECRET_KEY", address: "VON_PAY_BASE_URL", server: contract.VoraServer, examine: (*doctor).examineVora,
		cards:   contract.VoraTestCards,
		schemes: voraSchemes,
	}
}

func voraSchemes() []signedScheme {
	v1 := signedScheme{
		name: webhooks.SchemeVoraV1, header: contract.VoraV1TimestampHeader, events: contract.VoraV1EventTypes(),
		secret: "API key", variable: "VON_PAY_SECRET_KEY", flag: "key-file", signs: "API key, which signs Vora's webhooks v1",
		identity: []string{"refundId", "sessionId"},
		body:     readyMade(webhookstest.SessionSucceeded, webhookstest.SessionFailed, webhookstest.SessionExpired, webhookstest.RefundCreated),
		sign:     webhookstest.Vora, verifier: webhooks.Vora,
		probe: `{"amount":0,"currency":"XTS","event":"hostedpay.doctor","merchantId":"MERCHANT","metadata":{"note":"NOTE"},"sessionId":"ID","timestamp":"NOW"}`,
	}
	return []signedScheme{v1, {
		name: webhooks.SchemeVoraV2, header: contract.VoraV2SignatureHeader, events: contract.VoraV2EventTypes(),
		secret: "subscription's signing secret", variable: "VON_PAY_WEBHOOK_SECRET", flag: "subscription-secret-file",
		signs:    "subscription's secret, which signs Vora's webhooks v2",
		identity: []string{"id"},
		body: func(event string, changes ...webhookstest.Field) []byte {
			return webhookstest.VoraV2Event(event, nil, changes...)
		},
		sign: webhookstest.VoraV2, verifier: webhooks.VoraV2,
		inData: &v1, asInData: contract.VoraV2EventFor,
		probe: `{"created":UNIX,"data":{"note":"NOTE"},"id":"evt_ID","livemode":false,"merchant_id":"MERCHANT","type":"hostedpay.doctor"}`,
	}}
}
