package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/visionscope"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

const visionScopePages = "/checkout/"

// visionScopeAPI is the generated server around the visionScope type, behind the checks that come before it.
func (s *Sandbox) visionScopeAPI() http.Handler {
	refuse := refuseCheckout
	server := gen.Handler(gen.NewStrictHandlerWithOptions(visionScope{s}, nil, gen.StrictHTTPServerOptions{
		RequestErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, err error) {
			refuse(w, http.StatusBadRequest, err.Error())
		},
		ResponseErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, err error) {
			refuse(w, http.StatusBadGateway, err.Error())
		},
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m, ok := s.merchantBy(func(m Merchant) bool { return m.APIKey == r.Header.Get("X-API-Key") && m.APIKey != "" })
		if !ok {
			refuse(w, http.StatusUnauthorized, "Invalid API key")
			return
		}
		body, err := io.ReadAll(io.LimitReader(r.Body, mostRequestBody))
		if err != nil {
			refuse(w, http.StatusBadRequest, "the body broke off")
			return
		}
		if problem := cmp.Or(missingFields(body), quotedAmount(body)); problem != "" && r.Method == http.MethodPost {
			refuse(w, http.StatusBadRequest, problem)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		who := caller{merchant: m, origin: s.origin(r)}
		server.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, who)))
	})
}

func refuseCheckout(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(gen.Error{Error: message}) // the caller may have gone
}

// denyVisionScope is a fault's code in VisionScope's way: as one of its three documented errors.
func denyVisionScope(w http.ResponseWriter, code sdk.Code) {
	entry, _ := code.Entry()
	switch entry.Family {
	case sdk.FamilyAuth:
		refuseCheckout(w, http.StatusUnauthorized, "Invalid API key")
	case sdk.FamilyValidation:
		refuseCheckout(w, http.StatusBadRequest, "amount and currency are required")
	default:
		refuseCheckout(w, http.StatusBadGateway, "Upstream checkout API unreachable")
	}
}

// missingFields is the documented message when the amount or the currency is missing, and the same form otherwise.
func missingFields(body []byte) string {
	var names []string
	for _, v := range gen.CreateCheckoutRequestShape().Missing(body) {
		if v.Path == "amount" || v.Path == "currency" {
			return "amount and currency are required"
		}
		names = append(names, v.Path)
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0] + " is required"
	}
	return strings.Join(names, " and ") + " are required"
}

// quotedAmount is the message for an amount that is a text: a json.Number would take it.
func quotedAmount(body []byte) string {
	var request struct {
		Amount json.RawMessage `json:"amount"`
	}
	if json.Unmarshal(body, &request) == nil && bytes.HasPrefix(request.Amount, []byte(`"`)) {
		return "amount: must be a number"
	}
	return ""
}

// visionScope implements the generated server.
type visionScope struct{ s *Sandbox }

// CreateCheckout creates a checkout. Each call makes a new one.
func (v visionScope) CreateCheckout(ctx context.Context, request gen.CreateCheckoutRequestObject) (gen.CreateCheckoutResponseObject, error) {
	who := ctx.Value(callerKey{}).(caller)
	amount, err := readable(*request.Body)
	if err != nil {
		return gen.CreateCheckout400JSONResponse{BadRequestJSONResponse: gen.BadRequestJSONResponse{Error: err.Error()}}, nil
	}
	s := v.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now().UTC().Truncate(time.Millisecond)
	x := &session{
		id: s.ids.visionScopeSession(now), gateway: visionScopeGateway, merchant: who.merchant, origin: who.origin, amount: amount, createdAt: now,
		vision: visionScopeCheckout{
			webhookURL: request.Body.WebhookURL, webhookSecret: request.Body.WebhookSecret,
			returnURL: request.Body.ReturnURL, orderID: s.ids.order(now),
		},
	}
	s.add(x)
	return gen.CreateCheckout200JSONResponse{
		Success: true,
		Data:    gen.CreatedCheckout{SessionID: x.id, CheckoutURL: who.origin + visionScopePages + x.id},
	}, nil
}

// readable holds a request to the contract's rules and reads its amount.
func readable(request gen.CreateCheckoutRequest) (money.Amount, error) {
	rules := contract.Checker{AllowLoopback: true}
	request.Check(&rules)
	if len(rules.Violations) > 0 {
		return money.Amount{}, errors.New(rules.Violations[0].String())
	}
	return money.Parse(request.Amount.String(), money.Currency(request.Currency))
}
