package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/visionscope"
	genvora "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

const visionScopePages = "/checkout/"

// visionScopeAPI is the generated server around the visionScope type, behind the checks that come before it.
func (s *Sandbox) visionScopeAPI() http.Handler {
	refuse := refuseCheckout
	server := gen.Handler(gen.NewStrictHandlerWithOptions(visionScope{s}, nil, gen.StrictHTTPServerOptions{
		RequestErrorHandlerFunc: func(w http.ResponseWriter, r *http.Request, err error) {
			refuse(w, http.StatusBadRequest, cmp.Or(missingFields(text(r)), undecodable(err, gen.CreateCheckoutRequestShape())[0].String()))
		},
		ResponseErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, err error) {
			refuse(w, http.StatusBadGateway, err.Error())
		},
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("X-API-Key")
		a := s.accountBy(func(m *Merchant) bool { return m.APIKey == key && key != "" })
		if a == nil {
			refuse(w, http.StatusUnauthorized, "Invalid API key")
			return
		}
		switch {
		case r.Method != http.MethodPost: // which the server answers
		case !saysJSON(r):
			refuse(w, http.StatusBadRequest, "Content-Type must be application/json")
			return
		case !json.Valid(text(r)):
			refuse(w, http.StatusBadRequest, missingFields(nil))
			return
		default:
			r.Body = contract.NewPayload(checkoutSpelling.read(text(r)))
		}
		who := caller{account: a, origin: s.origin(r), body: text(r)}
		server.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, who)))
	})
}

var checkoutSpelling = spellingOf[gen.CreateCheckoutRequest]() // read only

func refuseCheckout(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(gen.Error{Error: message}) // the caller may have gone
}

// denyVisionScope is a fault's code in VisionScope's way: as one of its three documented errors.
func denyVisionScope(w http.ResponseWriter, _ *http.Request, code sdk.Code) {
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
	amount, err := readable(*request.Body, who.body)
	if err != nil {
		return gen.CreateCheckout400JSONResponse{BadRequestJSONResponse: gen.BadRequestJSONResponse{Error: err.Error()}}, nil
	}
	s := v.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now().UTC().Truncate(time.Millisecond)
	x := &session{
		id: s.ids.visionScopeSession(now), gateway: visionScopeGateway, account: who.account, origin: who.origin, amount: amount, createdAt: now,
		vora: &genvora.CreateSessionRequest{},
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
func readable(request gen.CreateCheckoutRequest, body []byte) (money.Amount, error) {
	if !request.Complete() {
		if problem := missingFields(body); problem != "" {
			return money.Amount{}, errors.New(problem)
		}
	}
	if problem := quotedAmount(body); problem != "" {
		return money.Amount{}, errors.New(problem)
	}
	rules := contract.Checker{AllowLoopback: true}
	request.Check(&rules)
	if len(rules.Violations) > 0 {
		return money.Amount{}, errors.New(rules.Violations[0].String())
	}
	amount, err := money.Parse(request.Amount.String(), money.Currency(request.Currency))
	switch {
	case errors.Is(err, money.ErrPrecision):
		err = fmt.Errorf("amount: has more decimals than %s", request.Currency)
	case errors.Is(err, money.ErrUnknownCurrency):
		err = errors.New("currency: is not known")
	case err != nil:
		err = errors.New("amount: is out of range")
	}
	return amount, err
}
