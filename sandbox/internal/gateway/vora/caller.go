package vora

import (
	"net/http"
	"slices"
	"strings"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/journal"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A caller is the merchant who sent a request, and what it sent: the JSON of its body, and what is
// missing or of a wrong type in it.
type caller struct {
	merchant control.Merchant
	body     []byte
	found    []contract.Violation
}

// KeyPrefix is what every secret key begins with. The prefix and the name of a code make a key
// whose every call gets that code.
const KeyPrefix = "vp_sk_test_"

var sessionShape = gen.CreateSessionRequestShape() // read only

var notAnObject = []contract.Violation{{Path: "body", Problem: "is not a JSON object", Code: string(sdk.CodeValidationError)}} // read only

// admit checks what comes before an operation on sessions: the API key, that the version is a
// date, and that a body is a JSON object. There is no other version than the contract's own: a
// request for another is served as that one, and the response says so.
func (g *Gateway) admit(r *http.Request) (caller, *problem) {
	merchant, p := g.authenticate(r)
	if asked := r.Header.Get(contract.VoraVersionHeader); p == nil && asked != "" && !isDate(asked) {
		p = newProblem(sdk.CodeValidationError, contract.VoraVersionHeader+": is not a date such as "+contract.VoraVersion)
	}
	if p != nil || r.Method != http.MethodPost {
		return caller{merchant: merchant}, p
	}
	if !gateway.IsJSON(r) {
		return caller{}, newProblem(sdk.CodeUnsupportedMediaType, "Content-Type must be application/json")
	}
	if journal.IsTooLarge(journal.Body(r)) {
		return caller{}, newProblem(sdk.CodeValidationError, "body: is larger than 1 MiB")
	}
	body, found := sessionShape.Read(journal.Body(r))
	if body == nil {
		p := invalid(notAnObject, isDryRun(r))
		return caller{}, &p
	}
	return caller{merchant, body, found}, nil
}

func isDate(version string) bool {
	_, err := time.Parse(time.DateOnly, version)
	return err == nil
}

func (g *Gateway) authenticate(r *http.Request) (control.Merchant, *problem) {
	key := bearer(r)
	if key == "" {
		return control.Merchant{}, newProblem(sdk.CodeAuthMissingBearer, "The Authorization header has no Bearer key")
	}
	merchant, kind := g.lookUp(key)
	switch kind {
	case keySecret:
		return merchant, nil
	case keyExpired:
		return control.Merchant{}, newProblem(sdk.CodeAuthKeyExpired, "The key was rotated, and its grace is over")
	case keyPublishable:
		if r.Method != http.MethodPost {
			return control.Merchant{}, newProblem(sdk.CodeAuthKeyTypeForbidden, "A publishable key can only create sessions")
		}
		return merchant, nil
	case keyUnknown:
	}
	if code := sdk.Code(strings.TrimPrefix(key, KeyPrefix)); strings.HasPrefix(key, KeyPrefix) && slices.Contains(sdk.Codes(), code) {
		entry, _ := code.Entry()
		return control.Merchant{}, newProblem(code, entry.Meaning)
	}
	return control.Merchant{}, newProblem(sdk.CodeAuthInvalidKey, "API key is malformed or does not exist")
}

// bearer is the API key of a request; empty when there is none. The scheme is case-insensitive (RFC
// 9110, section 11.1).
func bearer(r *http.Request) string {
	scheme, key, _ := strings.Cut(r.Header.Get(contract.VoraKeyHeader), " ")
	if !strings.EqualFold(scheme+" ", contract.VoraKeyPrefix) {
		return ""
	}
	return key
}
