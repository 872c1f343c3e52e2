package config

import "github.com/hostedpay/hostedpay-go/sdk"

func voraSettings() []Setting {
	return []Setting{
		{Name: "VON_PAY_SECRET_KEY", Gateway: sdk.GatewayVora, What: "Vora's secret API key", Kind: "secret"},
		{Name: "VON_PAY_SESSION_SECRET", Gateway: sdk.GatewayVora, What: "Vora's session secret, which signs return URLs", Kind: "session_secret"},
		{Name: "VON_PAY_WEBHOOK_SECRET", Gateway: sdk.GatewayVora, What: "the signing secret of Vora's webhooks v2", Kind: "webhook_secret"},
		{Name: "VON_PAY_BASE_URL", Gateway: sdk.GatewayVora, What: "where Vora is; the production address without it", Address: true},
	}
}
