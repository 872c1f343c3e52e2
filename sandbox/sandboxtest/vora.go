package sandboxtest

import (
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// Vora returns a client with the secret key that the merchant has now.
func (g *Gateways) Vora(m control.Merchant, opts ...sdk.ClientOption) *vora.Client {
	g.t.Helper()
	client, err := vora.New(g.current(m).Vora.SecretKey, g.options(opts)...)
	if err != nil {
		g.t.Fatalf("sandboxtest: %v", err)
	}
	return client
}
