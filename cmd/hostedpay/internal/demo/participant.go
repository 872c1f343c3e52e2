package demo

import (
	"context"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A participant is what the demo knows about a gateway.
type participant struct {
	id       sdk.Gateway
	name     string
	open     func(demoStage) (demoGateway, error) // how the shop pays there
	payments []payment
}

// participants lists all of them, in the order in which they are printed.
func participants() []participant { return []participant{voraParticipant(), visionScopeParticipant()} }

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
