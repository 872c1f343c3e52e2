// Package visionscope is VisionScope Checkout as the sandbox plays it.
package visionscope

import (
	"encoding/json"
	"net/http"

	gen "github.com/hostedpay/hostedpay-go/gen/visionscope"
	"github.com/hostedpay/hostedpay-go/gen/visionscope/server"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/journal"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/random"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Gateway is VisionScope.
type Gateway struct {
	gateway.Environment
	routes         http.Handler
	session, order *random.Sequence // of ids
}

// New returns VisionScope.
func New(env gateway.Environment) *Gateway {
	g := &Gateway{
		Environment: env,
		session:     env.Random.Sequence("visionscope session"), order: env.Random.Sequence("visionscope order"),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { writeError(w, http.StatusNotFound, "Not found") })
	g.routes = server.HandlerFromMux(operations{g}, mux)
	return g
}

// Name is VisionScope's.
func (g *Gateway) Name() sdk.Gateway { return sdk.GatewayVisionScope }

// Paths are those of the API.
func (g *Gateway) Paths() []string { return []string{"/api/checkout/"} }

// Headers are none: the API has no versions, no idempotency keys and no request IDs.
func (g *Gateway) Headers() journal.Headers { return journal.Headers{} }

// MerchantOf is the ID of the merchant whose API key came with a request.
func (g *Gateway) MerchantOf(r *http.Request) string {
	m, _ := g.authenticate(r)
	return m.ID
}

func (g *Gateway) authenticate(r *http.Request) (m control.Merchant, ok bool) {
	key := r.Header.Get(contract.VisionScopeKeyHeader)
	if key == "" {
		return m, false
	}
	return g.Ledger.FindMerchant(func(m *control.Merchant) bool { return m.VisionScope.APIKey == key })
}

// ServeHTTP serves the API. The API key comes before everything else.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, ok := g.authenticate(r); !ok {
		writeError(w, http.StatusUnauthorized, invalidKey)
		return
	}
	g.routes.ServeHTTP(w, r)
}

// The documented messages.
const (
	noAmount   = "amount and currency are required" // also of a request that says nothing
	invalidKey = "Invalid API key"
)

// Deny responds with one of the three documented errors, the one that is nearest to a code.
func (g *Gateway) Deny(w http.ResponseWriter, _ *http.Request, code sdk.Code) {
	entry, _ := code.Entry()
	switch entry.Family {
	case sdk.FamilyAuth:
		writeError(w, http.StatusUnauthorized, invalidKey)
	case sdk.FamilyValidation:
		writeError(w, http.StatusBadRequest, noAmount)
	default:
		writeError(w, http.StatusBadGateway, "Upstream checkout API unreachable")
	}
}

func writeError(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, gen.Error{Error: message})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller may have gone
}
