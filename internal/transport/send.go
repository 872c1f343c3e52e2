package transport

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync"

	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// An exchange is a request and the response to its last attempt.
type exchange struct {
	*Client
	call   *Call
	result retry.Result
	read   *errorBody // of the last response, when that was an error

	own     redact.Redactor // that knows the call's secret too
	redacts bool            // own has been made
}

func (x *exchange) send(request *http.Request, out Body) (sdk.Response, error) {
	call := x.call
	request.Header["Accept"] = acceptJSON
	request.Header["User-Agent"] = userAgent()
	if !call.Anonymous {
		request.Header[x.gateway.KeyHeader] = x.header()
	}
	policy := x.policy
	policy.MaxRetries, policy.AttemptTimeout, policy.ReadResponse = call.MaxRetries, call.AttemptTimeout, x.readResponse
	if x.limiter != nil && call.Limit != "" {
		policy.Before = x.limit
	}
	var err error
	x.result, err = policy.Do(x.http, request, call.Safety)
	err = x.redact(err)
	notice := x.notice()
	x.announce(request.Context(), notice)
	if err != nil {
		if x.call.Advice != "" && isSuccess(x.result.Status) && !errors.Is(err, retry.ErrBodyTooLarge) { // all of the JSON may have come
			if complete, fieldError := decodeAround(out, x.result.Status, x.result.Body); complete && !isRejection(out) {
				return x.response(notice, fieldError), nil
			}
		}
		return sdk.Response{}, x.incomplete(err, request.URL.Host)
	}
	return x.decode(notice, out)
}

// incomplete is the error of a call whose last attempt got no complete response, or that ended
// while it waited for another attempt.
func (x *exchange) incomplete(err error, host string) error {
	var limiter *limiterError
	errors.As(err, &limiter)
	var failed *sdk.Error
	switch {
	case x.result.Status >= 300: // the response is still the best explanation
		failed = x.responseError()
		failed.Cause = err
		if limiter != nil {
			failed.RetryAfter = max(failed.RetryAfter, limiter.retryAfter())
		}
	case limiter != nil:
		failed = x.limited(limiter, err)
	default:
		failed = x.newError()
		failed.Message, failed.Cause = x.sanitize(failure(err, host, x.result.Uncertain)), err
	}
	return x.unknownIf(x.result.Uncertain, failed)
}

// decode reads the complete response.
func (x *exchange) decode(notice *sdk.Notice, out Body) (sdk.Response, error) {
	status := x.result.Status
	if !x.call.isResult(status) {
		return sdk.Response{}, x.rejection()
	}
	complete, fieldError := decodeInto(out, status, x.result.Body)
	if !complete && isMalformed(fieldError) && x.call.Advice != "" && isSuccess(status) {
		complete, fieldError = decodeAround(out, status, x.result.Body)
	}
	switch {
	case complete:
	case isSuccess(status):
		failed := x.newError()
		failed.Message = x.unreadable()
		return sdk.Response{}, x.unknownIf(true, failed)
	default:
		return sdk.Response{}, x.rejection()
	}
	if r, ok := out.(Rejecter); ok {
		if message, rejected := r.Rejection(); rejected {
			failed := x.newError()
			failed.Message = x.sanitize(message)
			return sdk.Response{}, x.unknownIf(x.result.Uncertain, failed)
		}
	}
	return x.response(notice, fieldError), nil
}

func isRejection(out Body) bool {
	r, ok := out.(Rejecter)
	if !ok {
		return false
	}
	_, rejected := r.Rejection()
	return rejected
}

// rejection is the error of an error response. It also settles earlier attempts that got no
// response, if what the gateway finds wrong is the request itself.
func (x *exchange) rejection() error {
	failed := x.responseError()
	return x.unknownIf(x.result.Uncertain && !Settles(failed), failed)
}

// unknownIf makes an error an unknown outcome when the operation may have been done and that
// matters.
func (x *exchange) unknownIf(uncertain bool, e *sdk.Error) error {
	if uncertain && x.call.Advice != "" {
		return &sdk.OutcomeUnknownError{Err: e, Advice: x.call.Advice}
	}
	return e
}

// Settles reports whether a response also says what became of earlier attempts that got none: what
// the gateway finds wrong with a request, it finds wrong with every copy. A response about the
// sender, the API key or the gateway does not.
func Settles(e *sdk.Error) bool {
	entry, known := e.Code.Entry()
	return known && entry.Family == sdk.FamilyValidation
}

// failure says in one sentence why there is no response. uncertain means that some attempt may have
// been carried out.
func failure(err error, host string, uncertain bool) string {
	switch {
	case retry.NeverSent(err) && !uncertain:
		return "could not connect to " + host + ", nothing was sent: " + err.Error()
	case errors.Is(err, context.Canceled) && !uncertain:
		return "the call was cancelled by its context, nothing was sent"
	case errors.Is(err, context.Canceled):
		return "the call was cancelled by its context after it was sent"
	case errors.Is(err, retry.ErrAttemptTimeout):
		return "no complete response from " + host + " in time"
	case errors.Is(err, context.DeadlineExceeded) && !uncertain:
		return "the context's deadline had passed, nothing was sent"
	case errors.Is(err, context.DeadlineExceeded) && !retry.NeverSent(err):
		return "the context's deadline passed before a response came"
	case errors.Is(err, retry.ErrBodyTooLarge):
		return "the response of " + host + " is larger than 1 MiB"
	}
	return "the connection to " + host + " failed: " + err.Error()
}

var acceptJSON = []string{"application/json"} // read only

var userAgent = sync.OnceValue(func() []string {
	return []string{"hostedpay-go/" + sdk.Version + " (" + runtime.Version() + "; " + runtime.GOOS + ")"}
})
