package sandboxtest

import (
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

// VisionScope returns a client with the merchant's API key.
func (g *Gateways) VisionScope(m control.Merchant, opts ...sdk.ClientOption) *visionscope.Client {
	g.t.Helper()
	client, err := visionscope.New(g.current(m).VisionScope.APIKey, g.options(opts)...)
	if err != nil {
		g.t.Fatalf("sandboxtest: %v", err)
	}
	return client
}
