package main

import (
	"cmp"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

func voraGateway() gateway {
	return gateway{
		id: sdk.GatewayVora, name: "Vora", variable: "VON_PAY_BASE_URL",
		events: func(webhookURL string) string {
			return cmp.Or(webhookURL, "nowhere; pass --webhook http://127.0.0.1:PORT/PATH")
		},
		key: "VON_PAY_SECRET_KEY", address: "VON_PAY_BASE_URL", server: contract.VoraServer, examine: (*doctor).examineVora,
		cards: contract.VoraTestCards,
	}
}
