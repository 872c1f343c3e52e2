// Package vora is Vora as the sandbox plays it.
package vora

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"

	"github.com/hostedpay/hostedpay-go/gen/vora/server"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/journal"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/random"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Gateway is Vora.
type Gateway struct {
	gateway.Environment
	config  Config
	notices http.Header // about versions and deprecation, on every response
	routes  http.Handler
	ids     ids
}

// ids are the sequences of Vora's ids.
type ids struct {
	session, transaction, refund, event, request, key *random.Sequence
}

// New returns Vora.
func New(env gateway.Environment, config Config) *Gateway {
	g := &Gateway{
		Environment: env, config: config, notices: config.notices(),
		ids: ids{
			session: env.Random.Sequence("vora session"), transaction: env.Random.Sequence("vora transaction"),
			refund: env.Random.Sequence("vora refund"), event: env.Random.Sequence("vora event"),
			request: env.Random.Sequence("vora request"), key: env.Random.Sequence("vora key"),
		},
	}
	g.routes = g.router()
	return g
}

// Name is Vora's.
func (g *Gateway) Name() sdk.Gateway { return sdk.GatewayVora }

// Paths are those of the API, of both documents.
func (g *Gateway) Paths() []string {
	return []string{"/v1/", "/api/health", "/.well-known/vonpay.json"}
}

const sessionsPath = "/v1/sessions"

// Headers are those of the contract.
func (g *Gateway) Headers() journal.Headers {
	return journal.Headers{
		Version: contract.VoraVersionHeader, IdempotencyKey: contract.VoraIdempotencyHeader, RequestID: contract.VoraRequestIDHeader,
	}
}

// ServeHTTP serves the API: the rate limits come first, then the query, the router, and the
// operation, which authenticates.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.introduce(w.Header())
	if p := g.limit(w, r); p != nil {
		g.writeProblem(w, *p)
		return
	}
	if p := checkSwitches(r); p != nil {
		g.reject(w, r, *p)
		return
	}
	g.routes.ServeHTTP(w, r)
}

// router is the generated server around the operations. What it does not route is authenticated
// too, below the sessions.
func (g *Gateway) router() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		g.reject(w, r, problemOf(sdk.CodeSessionNotFound, "There is no such path"))
	})
	return server.HandlerWithOptions(operations{g}, server.StdHTTPServerOptions{
		BaseRouter: mux,
		ErrorHandlerFunc: func(w http.ResponseWriter, r *http.Request, err error) {
			g.reject(w, r, problemOf(sdk.CodeValidationError, err.Error()))
		},
	})
}

// reject responds with a problem of the request itself, unless it is not authorized either.
func (g *Gateway) reject(w http.ResponseWriter, r *http.Request, p problem) {
	if strings.HasPrefix(r.URL.Path, sessionsPath) {
		if _, unauthorized := g.admit(r); unauthorized != nil {
			p = *unauthorized
		}
	}
	g.writeProblem(w, p)
}

// introduce sets what every response says about itself.
func (g *Gateway) introduce(h http.Header) {
	maps.Copy(h, g.notices)
	h.Set(contract.VoraRequestIDHeader, "req_"+g.ids.request.Base32(12))
}

func writeJSON(w http.ResponseWriter, status int, body any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(body)
}
