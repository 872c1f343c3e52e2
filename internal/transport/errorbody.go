package transport

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/lenient"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// An errorBody is the envelope of an error response. A field that is malformed stays empty, and
// costs no other.
type errorBody struct {
	Error    string `json:"error"`
	Code     string `json:"code"`
	Fix      string `json:"fix"`
	Docs     string `json:"docs"`
	SelfHeal *struct {
		Retryable  lenient.Bool `json:"retryable"`
		NextAction string       `json:"nextAction"`
		LLMHint    string       `json:"llmHint"`
	} `json:"selfHeal"`

	malformed bool // it has none of the fields, and is not JSON
}

// readResponse reads what a response says about itself, once for each attempt. The retry policy is
// told what the envelope of an error says about trying again; responseError uses the rest.
func (x *exchange) readResponse(status int, header http.Header, body []byte) (info retry.ResponseInfo) {
	info.RequestID = x.sanitize(first(header["X-Request-Id"]))
	if isSuccess(status) {
		return info
	}
	x.read = &errorBody{}
	err := json.Unmarshal(body, x.read)
	x.read.malformed = err != nil && *x.read == errorBody{}
	if x.read.Code != "" {
		x.read.Code = x.sanitize(x.read.Code)
	}
	info.Code = sdk.Code(x.read.Code)
	info.Spoken = x.read.Code != "" || x.gateway.AssignedCode != nil && x.read.Error != ""
	if x.read.SelfHeal != nil {
		info.Retryable = x.read.SelfHeal.Retryable.Pointer()
	}
	return info
}

// responseError is the error that the last response is.
func (x *exchange) responseError() *sdk.Error {
	e, body := x.newError(), x.read
	switch kind := mediaType(x.result.Header); {
	case body.Error != "":
		e.Message = x.sanitize(body.Error)
	case isRedirect(e.Status):
		e.Message = "the gateway redirects, and a redirect would carry the API key to another address"
	case len(x.result.Body) == 0 && x.truncated():
		e.Message = "the response was truncated"
	case len(x.result.Body) == 0:
		e.Message = "the response is empty"
	case !body.malformed:
	case isJSON(kind):
		e.Message = "the response is not valid JSON"
	case kind == "":
		e.Message = "the response is of unknown type instead of JSON: probably from a proxy in between"
	default:
		e.Message = fmt.Sprintf("the response is %s instead of JSON: probably from a proxy in between", x.sanitize(kind))
	}
	e.Fix, e.Docs = x.sanitize(body.Fix), x.sanitize(body.Docs)
	if e.Fix == "" && isRedirect(e.Status) {
		e.Fix = "Check the base URL."
	}
	if heal := body.SelfHeal; heal != nil {
		e.SelfHeal = &sdk.SelfHeal{
			Retryable: heal.Retryable.Pointer(), NextAction: sdk.NextAction(x.sanitize(heal.NextAction)), Hint: x.sanitize(heal.LLMHint),
		}
	}
	e.Code = sdk.Code(body.Code)
	if e.Code == "" && x.gateway.AssignedCode != nil && body.Error != "" {
		e.Code = sdk.Code(x.gateway.AssignedCode(e.Status))
		e.CodeAssigned = e.Code != ""
	}
	if entry, ok := e.Code.Entry(); ok && e.Docs == "" && !e.CodeAssigned {
		e.Docs = entry.Docs()
	}
	return e
}

func isRedirect(status int) bool {
	return status >= 300 && status < 400 && status != http.StatusNotModified
}

// truncated reports whether the last response was not received completely.
func (x *exchange) truncated() bool {
	n := len(x.result.Attempts)
	return n > 0 && x.result.Attempts[n-1].Err != nil
}

// newError has what every error of a call has.
func (x *exchange) newError() *sdk.Error {
	var raw sdk.Raw
	if isSuccess(x.result.Status) {
		raw = sdk.NewRaw(x.result.Body)
	}
	return &sdk.Error{
		Raw:            raw,
		Idempotent:     x.call.Safety == retry.Idempotent,
		Operation:      x.call.Operation,
		Status:         x.result.Status,
		RequestID:      x.lastRequestID(),
		RateLimit:      rateLimit(x.result.Header),
		RetryAfter:     x.result.After,
		IdempotencyKey: x.call.IdempotencyKey,
		Attempts:       x.result.Attempts,
	}
}

// lastRequestID is the newest ID that any attempt got: the best there is for the gateway's support.
func (x *exchange) lastRequestID() string {
	for i := len(x.result.Attempts) - 1; i >= 0; i-- {
		if id := x.result.Attempts[i].RequestID; id != "" {
			return id
		}
	}
	return ""
}
