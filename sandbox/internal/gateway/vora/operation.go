package vora

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/journal"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// operations implement the generated server.
type operations struct{ *Gateway }

// details are what only Vora knows about a session.
type details struct {
	request  *gen.CreateSessionRequest
	shipping *gen.ShippingAddress // that the buyer gave
}

func detailsOf(s *ledger.Session) details { return s.Details.(details) }

// CreateSession creates a session, validates one, or repeats an earlier response.
func (o operations) CreateSession(w http.ResponseWriter, r *http.Request, params gen.CreateSessionParams) {
	caller, p := o.admit(r)
	if p != nil {
		o.writeProblem(w, *p)
		return
	}
	dryRun := gateway.Value(params.DryRun)
	var request gen.CreateSessionRequest
	if err := json.Unmarshal(caller.body, &request); err != nil {
		o.writeProblem(w, invalid(notAnObject, dryRun))
		return
	}
	if found := o.check(caller.found, &request, params.IdempotencyKey); len(found) > 0 {
		o.writeProblem(w, invalid(found, dryRun))
		return
	}
	if dryRun {
		o.write(w, http.StatusOK, dryRunAccepted(&request))
		return
	}
	s, err := o.create(caller.merchant.ID, o.Origin(r), journal.RequestNumber(w), &request, gateway.Value(params.IdempotencyKey))
	switch {
	case errors.Is(err, ledger.ErrKeyReused):
		o.writeProblem(w, problemOf(sdk.CodeIdempotencyKeyCollision, "This idempotency key was used with another request body"))
	case err != nil:
		o.writeProblem(w, problemOf(sdk.CodeInternalError, err.Error()))
	default:
		o.write(w, http.StatusCreated, createdSession{
			CreatedSession: gen.CreatedSession{ID: s.ID, CheckoutURL: s.CheckoutURL}, ExpiresAt: gateway.Timestamp(s.ExpiresAt),
		})
	}
}

var idempotencyKeys = regexp.MustCompile(contract.VoraIdempotencyKeyPattern) // read only

// check holds a request to the contract's rules. What was found before is not reported twice.
func (o operations) check(found []contract.Violation, request *gen.CreateSessionRequest, idempotencyKey *string) []contract.Violation {
	rules := contract.Checker{PlainHTTP: o.Hosts.Allows}
	rules.Know(found)
	request.Check(&rules)
	if idempotencyKey != nil {
		rules.Present(contract.VoraIdempotencyHeader, *idempotencyKey, "")
		rules.Length(contract.VoraIdempotencyHeader, *idempotencyKey, contract.VoraIdempotencyKeyLength, "")
		rules.Pattern(contract.VoraIdempotencyHeader, *idempotencyKey, idempotencyKeys, "")
	}
	return rules.MissingFirst()
}

func (o operations) create(merchantID, origin string, number int64, request *gen.CreateSessionRequest, idempotencyKey string) (ledger.Session, error) {
	life := contract.VoraSessionLife
	if request.ExpiresIn != nil {
		life = time.Duration(*request.ExpiresIn) * time.Second
	}
	key := ledger.Idempotency{MerchantID: merchantID, Key: idempotencyKey, Retention: contract.VoraIdempotencyRetention}
	if idempotencyKey != "" {
		key.Body, _ = json.Marshal(request) // plain fields, which always encode
	}
	return o.Ledger.Create(key, func(now time.Time) ledger.Session {
		now = now.UTC().Truncate(time.Millisecond)
		id := "vp_cs_test_" + o.ids.session.Base32(16)
		return ledger.Session{Details: details{request: request}, Session: control.Session{
			ID: id, Gateway: sdk.GatewayVora, MerchantID: merchantID, CreatedBy: number, CheckoutURL: origin + pagePath + id,
			Amount: money.Minor(request.Amount, money.Currency(request.Currency)), Description: gateway.Value(request.Description),
			CreatedAt: now, ExpiresAt: now.Add(life),
		}}
	})
}

func dryRunAccepted(request *gen.CreateSessionRequest) gen.DryRunAccepted {
	accepted := gen.DryRunAccepted{Valid: gen.DryRunAcceptedValidTrue, Warnings: []string{}}
	if request.SuccessURL == nil {
		accepted.Warnings = append(accepted.Warnings, "successUrl: without it the buyer stays on the hosted page")
	}
	return accepted
}

// GetSession reads a session of the caller's.
func (o operations) GetSession(w http.ResponseWriter, r *http.Request, sessionID string, _ gen.GetSessionParams) {
	caller, p := o.admit(r)
	if p != nil {
		o.writeProblem(w, *p)
		return
	}
	s, err := o.Ledger.Session(sessionID)
	if err != nil || s.Gateway != sdk.GatewayVora || s.MerchantID != caller.merchant.ID {
		o.writeProblem(w, problemOf(sdk.CodeSessionNotFound, "Session not found"))
		return
	}
	o.write(w, http.StatusOK, sessionBody(&s))
}

// The bodies of responses, with the times as the gateway writes them.
type (
	createdSession struct {
		gen.CreatedSession
		ExpiresAt gateway.Timestamp `json:"expiresAt"`
	}
	session struct {
		gen.Session
		CreatedAt gateway.Timestamp `json:"createdAt"`
		UpdatedAt gateway.Timestamp `json:"updatedAt"`
		ExpiresAt gateway.Timestamp `json:"expiresAt"`
	}
)

// sessionBody is a session as the API shows it.
func sessionBody(s *ledger.Session) session {
	d := detailsOf(s)
	body := gen.Session{
		ID: s.ID, Status: gen.SessionStatus(s.Status), Mode: string(gen.CreateSessionRequestModePayment), MerchantID: s.MerchantID,
		Amount: s.Amount.Minor(), Currency: string(s.Amount.Currency()),
		Country: d.request.Country, Description: d.request.Description, CollectShipping: d.request.CollectShipping,
		Metadata: d.request.Metadata,
	}
	if s.TransactionID != "" { // the session has succeeded
		body.TransactionID, body.ShippingAddress = &s.TransactionID, d.shipping
	}
	return session{body, gateway.Timestamp(s.CreatedAt), gateway.Timestamp(s.UpdatedAt), gateway.Timestamp(s.ExpiresAt)}
}
