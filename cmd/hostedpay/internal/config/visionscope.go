package config

import "github.com/hostedpay/hostedpay-go/sdk"

func visionScopeSettings() []Setting {
	return []Setting{
		{Name: "VISIONSCOPE_API_KEY", Gateway: sdk.GatewayVisionScope, What: "VisionScope's API key", Kind: "secret"},
		{Name: "VISIONSCOPE_WEBHOOK_SECRET", Gateway: sdk.GatewayVisionScope, What: "the secret that signs the events of a checkout"},
		{Name: "VISIONSCOPE_API_URL", Gateway: sdk.GatewayVisionScope, What: "where VisionScope is", Address: true},
	}
}
