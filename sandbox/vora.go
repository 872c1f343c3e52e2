package sandbox

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

const (
	voraPages       = "/c/"
	mostRequestBody = 1 << 20
)

// voraAPI is the generated server around the vora type, behind what every request goes through.
func (s *Sandbox) voraAPI() http.Handler {
	server := gen.NewStrictHandlerWithOptions(vora{s}, nil, gen.StrictHTTPServerOptions{
		RequestErrorHandlerFunc: func(w http.ResponseWriter, r *http.Request, _ error) {
			s.answer(w, *refuseViolations(r, noObject))
		},
		ResponseErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, err error) {
			s.answer(w, problem(sdk.CodeInternalError, err.Error()))
		},
	})
	router := http.NewServeMux()
	router.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		s.answer(w, problem(sdk.CodeSessionNotFound, "There is no such path"))
	})
	routes := gen.HandlerWithOptions(server, gen.StdHTTPServerOptions{
		BaseRouter: router,
		ErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, err error) {
			s.answer(w, problem(sdk.CodeValidationError, err.Error()))
		},
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.introduce(w.Header(), r)
		if refusal := s.limited(w, r); refusal != nil {
			s.answer(w, *refusal)
			return
		}
		admitted, refusal := s.admit(r)
		if refusal != nil {
			s.answer(w, *refusal)
			return
		}
		routes.ServeHTTP(w, admitted)
	})
}

// introduce sets what every answer of Vora says about itself.
func (s *Sandbox) introduce(answer http.Header, r *http.Request) {
	maps.Copy(answer, s.notices)
	answer.Set("X-Request-Id", s.ids.request())
	if asked := r.Header.Get("Von-Pay-Version"); asked != "" {
		answer.Set("Von-Pay-Version", asked)
	}
}

// vora implements the generated server.
type vora struct{ s *Sandbox }

// CreateSession creates a session, validates one, or repeats an earlier answer.
func (v vora) CreateSession(ctx context.Context, request gen.CreateSessionRequestObject) (gen.CreateSessionResponseObject, error) {
	who := ctx.Value(callerKey{}).(caller)
	rules := contract.Checker{AllowLoopback: true}
	rules.Know(who.found)
	request.Body.Check(&rules)
	if key := request.Params.IdempotencyKey; key != nil {
		rules.Present("Idempotency-Key", *key, "")
		rules.Length("Idempotency-Key", *key, contract.VoraIdempotencyKeyLength, "")
	}
	found := rules.MissingFirst()
	dryRun := request.Params.DryRun != nil && *request.Params.DryRun
	switch {
	case len(found) > 0 && dryRun:
		return dryRunRejected(found), nil
	case len(found) > 0:
		return violations(found), nil
	case dryRun:
		return dryRunAccepted(*request.Body), nil
	}
	created, err := v.s.create(who, request.Body, request.Params.IdempotencyKey)
	if errors.Is(err, errCollision) {
		return problem(sdk.CodeIdempotencyKeyCollision, "This idempotency key was used with another request body"), nil
	}
	return gen.CreateSession201JSONResponse{Body: created}, err
}

func (s *Sandbox) create(who caller, request *gen.CreateSessionRequest, idempotencyKey *string) (gen.CreatedSession, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var key string
	var body []byte
	if idempotencyKey != nil {
		body = canonical(request)
		key = who.account.ID + " " + *idempotencyKey
		if created, found, err := s.remembered(key, body); found || err != nil {
			return created, err
		}
	}
	life := contract.VoraSessionLife
	if request.ExpiresIn != nil {
		life = time.Duration(*request.ExpiresIn) * time.Second
	}
	now := s.clock.Now().UTC().Truncate(time.Millisecond)
	x := &session{
		id: s.ids.voraSession(), gateway: voraGateway, account: who.account, origin: who.origin, vora: request,
		amount:    money.Minor(request.Amount, money.Currency(request.Currency)),
		createdAt: now, expiresAt: now.Add(life),
	}
	s.add(x)
	created := gen.CreatedSession{ID: x.id, CheckoutURL: who.origin + voraPages + x.id, ExpiresAt: x.expiresAt}
	if key != "" {
		x.replayKey = key
		s.replays[key] = replay{body: body, created: created, until: now.Add(contract.VoraIdempotencyRetention)}
	}
	return created, nil
}

// GetSession reads a session of the caller's.
func (v vora) GetSession(ctx context.Context, request gen.GetSessionRequestObject) (gen.GetSessionResponseObject, error) {
	who := ctx.Value(callerKey{}).(caller)
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	x, ok := v.s.sessions[request.SessionID]
	if !ok || x.gateway != voraGateway || x.account != who.account {
		return problem(sdk.CodeSessionNotFound, "Session not found"), nil
	}
	v.s.expireIfDue(x)
	return gen.GetSession200JSONResponse{Body: x.wire()}, nil
}

// wire is a session as the API shows it.
func (x *session) wire() gen.Session {
	w := gen.Session{
		ID: x.id, Status: x.status, Mode: string(gen.CreateSessionRequestModePayment), MerchantID: x.account.ID,
		Amount: x.amount.Minor(), Currency: string(x.amount.Currency()),
		Country: x.vora.Country, Description: x.vora.Description, CollectShipping: x.vora.CollectShipping,
		Metadata:  x.vora.Metadata,
		CreatedAt: x.createdAt, UpdatedAt: x.updatedAt.UTC(), ExpiresAt: x.expiresAt,
	}
	if x.transaction != "" { // which a session has that has succeeded
		w.TransactionID, w.ShippingAddress = &x.transaction, x.shipping
	}
	return w
}

var voraHealth = gen.Health{Status: gen.HealthStatusOk, Version: contract.VoraVersion}

// GetHealth says that the sandbox is up.
func (v vora) GetHealth(context.Context, gen.GetHealthRequestObject) (gen.GetHealthResponseObject, error) {
	return gen.GetHealth200JSONResponse{Body: voraHealth}, nil
}

// GetHealthAtAPI says so at the other documents' path.
func (v vora) GetHealthAtAPI(context.Context, gen.GetHealthAtAPIRequestObject) (gen.GetHealthAtAPIResponseObject, error) {
	return gen.GetHealthAtAPI200JSONResponse{Body: voraHealth}, nil
}

// GetDiscovery describes the sandbox.
func (v vora) GetDiscovery(context.Context, gen.GetDiscoveryRequestObject) (gen.GetDiscoveryResponseObject, error) {
	return gen.GetDiscovery200JSONResponse{Body: discovery()}, nil
}

// GetDiscoveryAtWellKnown describes it at the other documents' path.
func (v vora) GetDiscoveryAtWellKnown(context.Context, gen.GetDiscoveryAtWellKnownRequestObject) (gen.GetDiscoveryAtWellKnownResponseObject, error) {
	return gen.GetDiscoveryAtWellKnown200JSONResponse{Body: discovery()}, nil
}

func discovery() gen.Discovery {
	version, docs := contract.VoraVersion, "https://docs.vonpay.com"
	capabilities := []string{"hosted_checkout", "dry_run", "webhooks_v1"}
	var currencies []string
	for _, c := range money.Currencies() {
		currencies = append(currencies, string(c))
	}
	return gen.Discovery{
		APIVersion: &version, Docs: &docs, Capabilities: &capabilities, Currencies: &currencies,
		Endpoints: &map[string]any{"createSession": "/v1/sessions", "getSession": "/v1/sessions/{sessionId}", "health": "/v1/health"},
	}
}
