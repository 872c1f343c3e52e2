package main

import (
	"context"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A gateway is what the commands know about one of the gateways.
type gateway struct {
	id       sdk.Gateway
	name     string
	variable string                         // of the environment: the base URL of integrations
	events   func(webhookURL string) string // where its events go, given the flag --webhook
	cards    func() []contract.TestCard     // of test mode

	// What doctor looks at: the settings with the API key and the address, where calls go without
	// an address, if anywhere, and the gateway itself.
	key, address, server string
	examine              func(*doctor, context.Context, map[string]config.Explained)
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
