package sandbox

import (
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
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

const visionScopePages = "/checkout/"

// visionScopeAPI is the generated server around the visionScope type, behind the checks that come before it.
func (s *Sandbox) visionScopeAPI() http.Handler {
	refuse := refuseCheckout
	server := gen.Handler(gen.NewStrictHandlerWithOptions(visionScope{s}, nil, gen.StrictHTTPServerOptions{
		RequestErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, _ error) {
			refuse(w, http.StatusBadRequest, noAmount)
		},
		ResponseErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, err error) {
			refuse(w, http.StatusBadGateway, err.Error())
		},
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("X-API-Key")
		a := s.accountBy(func(m *control.Merchant) bool { return m.VisionScope.APIKey == key && key != "" })
		if a == nil {
			refuse(w, http.StatusUnauthorized, "Invalid API key")
			return
		}
		who := caller{account: a, origin: s.origin(r)}
		if r.Method == http.MethodPost { // anything else the server answers
			if !saysJSON(r) {
				refuse(w, http.StatusBadRequest, "Content-Type must be application/json")
				return
			}
			body, found := checkoutShape.Read(text(r))
			if body == nil {
				refuse(w, http.StatusBadRequest, noAmount)
				return
			}
			who.found, r.Body = found, contract.NewPayload(body)
		}
		server.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, who)))
	})
}

var checkoutShape = gen.CreateCheckoutRequestShape() // read only

// noAmount is the documented message for a request that says nothing.
const noAmount = "amount and currency are required"

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
		refuseCheckout(w, http.StatusBadRequest, noAmount)
	default:
		refuseCheckout(w, http.StatusBadGateway, "Upstream checkout API unreachable")
	}
}

// missingFields is the documented message when the amount or the currency is missing, and the same form otherwise; empty
// when nothing is missing.
func missingFields(found []contract.Violation) string {
	var names []string
	for _, v := range found {
		switch {
		case !v.Missing():
		case v.Path == "amount" || v.Path == "currency":
			return noAmount
		default:
			names = append(names, v.Path)
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0] + " is required"
	}
	return strings.Join(names, " and ") + " are required"
}

// visionScope implements the generated server.
type visionScope struct{ s *Sandbox }

// CreateCheckout creates a checkout. Each call makes a new one.
func (v visionScope) CreateCheckout(ctx context.Context, request gen.CreateCheckoutRequestObject) (gen.CreateCheckoutResponseObject, error) {
	who := ctx.Value(callerKey{}).(caller)
	amount, err := amountOf(*request.Body, who.found)
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

// amountOf holds a request to the contract's rules and reads its amount.
func amountOf(request gen.CreateCheckoutRequest, found []contract.Violation) (money.Amount, error) {
	rules := contract.Checker{AllowLoopback: true}
	rules.Know(found)
	request.Check(&rules)
	if found = rules.MissingFirst(); len(found) > 0 {
		return money.Amount{}, errors.New(cmp.Or(missingFields(found), found[0].String()))
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

// A finishedMessage is what a framed page posts to the shop's page around it. The documentation mentions a message and
// not its shape: this one is the sandbox's own. Like the return URL, it is not signed.
type finishedMessage struct {
	Type      string `json:"type"`
	SessionID string `json:"session_id"`
	OrderID   string `json:"order_id"`
	Status    string `json:"status"`
	Reason    string `json:"reason,omitempty"`
	ReturnURL string `json:"return_url"`
}

func visionScopeMessage(x *session, returnURL string) string {
	message := finishedMessage{
		Type: "visionscope.checkout.finished", SessionID: x.id, OrderID: x.vision.orderID, Status: "paid", ReturnURL: returnURL,
	}
	if x.status == failed {
		message.Status, message.Reason = "failed", x.reason
	}
	encoded, _ := json.Marshal(message) // strings always encode
	return string(encoded)
}
