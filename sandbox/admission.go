package sandbox

import (
	"context"
	"mime"
	"net/http"
	"slices"
	"strings"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A caller is who sent a request, from where it reaches the sandbox, and what is missing or of a wrong type in what it
// sent.
type caller struct {
	account *account
	origin  string
	found   []contract.Violation
}

type callerKey struct{}

var sessionShape = gen.CreateSessionRequestShape() // read only

// admit checks what comes before an operation: the key, and that the body is a JSON object.
func (s *Sandbox) admit(r *http.Request) (*http.Request, *voraProblem) {
	if !strings.HasPrefix(r.URL.Path, "/v1/sessions") {
		return r, nil
	}
	who, refusal := s.authenticate(r)
	if refusal != nil {
		return nil, refusal
	}
	who.origin = s.origin(r)
	if r.Method == http.MethodPost {
		if !saysJSON(r) {
			return nil, refuse(sdk.CodeUnsupportedMediaType, "Content-Type must be application/json")
		}
		body, found := sessionShape.Read(text(r))
		if body == nil {
			return nil, refuseViolations(r, noObject)
		}
		who.found, r.Body = found, contract.NewPayload(body)
	}
	return r.WithContext(context.WithValue(r.Context(), callerKey{}, who)), nil
}

// saysJSON tells whether a request says that its body is JSON.
func saysJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

func (s *Sandbox) authenticate(r *http.Request) (caller, *voraProblem) {
	key := bearer(r)
	if key == "" {
		return caller{}, refuse(sdk.CodeAuthMissingBearer, "The Authorization header has no Bearer key")
	}
	s.mu.Lock()
	a, state := s.secretKey(key)
	s.mu.Unlock()
	switch state {
	case keyActive:
		return caller{account: a}, nil
	case keyExpired:
		return caller{}, refuse(sdk.CodeAuthKeyExpired, "The key was rotated, and its grace is over")
	case keyUnknown:
	}
	if a := s.accountBy(func(m *control.Merchant) bool { return m.Vora.PublishableKey == key }); a != nil {
		if r.Method != http.MethodPost {
			return caller{}, refuse(sdk.CodeAuthKeyTypeForbidden, "A publishable key can only create sessions")
		}
		return caller{account: a}, nil
	}
	if code, ok := provoked(key); ok {
		entry, _ := code.Entry()
		return caller{}, refuse(code, entry.Meaning)
	}
	return caller{}, refuse(sdk.CodeAuthInvalidKey, "API key is malformed or does not exist")
}

// bearer is the key of a request to Vora; empty when there is none. Schemes have no case (RFC 9110, section 11.1).
func bearer(r *http.Request) string {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return key
}

// keyPrefix is what every secret key of the sandbox begins with.
const keyPrefix = "vp_sk_test_"

// KeyFor is the test key whose every call is answered with a code of the catalog: vp_sk_test_ and the code.
func KeyFor(code sdk.Code) string { return keyPrefix + string(code) }

// provoked is the code that a key asks for.
func provoked(key string) (sdk.Code, bool) {
	code := sdk.Code(strings.TrimPrefix(key, keyPrefix))
	return code, strings.HasPrefix(key, keyPrefix) && slices.Contains(sdk.Codes(), code)
}

var noObject = []contract.Violation{{Path: "body", Problem: "is not a JSON object", Code: string(sdk.CodeValidationError)}} // read only
