package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A caller is who sent a request and from where it reaches the sandbox.
type caller struct {
	merchant    Merchant
	publishable bool
	origin      string
}

type callerKey struct{}

// admit checks what comes before an operation: the key, the body's type, and that the body has what it must have,
// which decoding into a struct can no longer tell.
func (s *Sandbox) admit(r *http.Request) (*http.Request, *voraProblem) {
	if !strings.HasPrefix(r.URL.Path, "/v1/sessions") {
		return r, nil
	}
	who, refusal := s.authenticate(r)
	if refusal != nil {
		return nil, refusal
	}
	who.origin = s.origin(r)
	r = r.WithContext(context.WithValue(r.Context(), callerKey{}, who))
	if r.Method != http.MethodPost {
		return r, nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, refuse(sdk.CodeUnsupportedMediaType, "Content-Type must be application/json")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, mostRequestBody))
	if err != nil {
		return nil, refuse(sdk.CodeValidationError, "the body broke off")
	}
	if found := wellFormed(body); len(found) > 0 {
		return nil, refuseViolations(r, found)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r, nil
}

func (s *Sandbox) authenticate(r *http.Request) (caller, *voraProblem) {
	key, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer || key == "" {
		return caller{}, refuse(sdk.CodeAuthMissingBearer, "The Authorization header has no Bearer key")
	}
	switch m, state := s.secretKey(key); state {
	case keyActive:
		return caller{merchant: m}, nil
	case keyExpired:
		return caller{}, refuse(sdk.CodeAuthKeyExpired, "The key was rotated, and its grace is over")
	case keyUnknown:
	}
	if m, ok := s.merchantBy(func(m Merchant) bool { return m.PublishableKey == key }); ok {
		if r.Method != http.MethodPost {
			return caller{}, refuse(sdk.CodeAuthKeyTypeForbidden, "A publishable key can only create sessions")
		}
		return caller{merchant: m, publishable: true}, nil
	}
	if code, ok := provoked(key); ok {
		entry, _ := code.Entry()
		return caller{}, refuse(code, entry.Meaning)
	}
	return caller{}, refuse(sdk.CodeAuthInvalidKey, "API key is malformed or does not exist")
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

// wellFormed finds what is wrong with a create body before its values are looked at.
func wellFormed(body []byte) []contract.Violation {
	shape := gen.CreateSessionRequestShape()
	var decoded gen.CreateSessionRequest
	err := json.Unmarshal(body, &decoded)
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return []contract.Violation{shape.WrongType(wrongType)}
	case err != nil:
		return []contract.Violation{{Path: "body", Problem: "is not a JSON object", Code: string(sdk.CodeValidationError)}}
	}
	return shape.Missing(body)
}
