package main

import (
	"context"
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A gateway is what the commands know about one of the gateways.
type gateway struct {
	id       sdk.Gateway
	name     string
	variable string                               // of the environment: the base URL of integrations
	events   func(webhookURL string) string       // where its events go, given the flag --webhook
	demo     func(demoStage) (demoGateway, error) // how the demo pays there
	payments []payment                            // of the demo
	cards    func() []contract.TestCard           // of test mode
	schemes  func() []signedScheme                // how its events are signed
	settings []setting                            // in the order in which they are printed

	// What doctor looks at: the settings with the API key and the address, where calls go without
	// an address, if anywhere, and the gateway itself.
	key, address, server string
	examine              func(*doctor, context.Context, map[string]explained)
}

// gateways lists all of them, in the order in which they are printed.
func gateways() []gateway { return []gateway{voraGateway(), visionScopeGateway()} }

// nameOf is the gateway's own word for itself.
func nameOf(id sdk.Gateway) string {
	for _, g := range gateways() {
		if g.id == id {
			return g.name
		}
	}
	return string(id)
}

// A demoStage is where the demo takes place.
type demoStage struct {
	sandbox *sandbox.Sandbox
	baseURL string // of the gateways
	shop    *merchant
}

// A demoGateway is the part of the demo that differs between gateways.
type demoGateway interface {
	// register adds the shop's webhook endpoint and return page.
	register(mux *http.ServeMux) error
	// run makes a payment, from the request to the confirmed return.
	run(ctx context.Context, t *timeline, p payment)
}
