// Package transport is the one door that every call to a gateway goes through: headers, retries, and one decoder.
//
// The decoder's rule: the status decides, then the content type, then the body. Anything but a 2xx is a *sdk.Error. A
// 2xx whose essential members are there is a result even if another member is odd; one that nobody can read is an
// outcome that is not known.
package transport

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// A Call is an operation on its way to a gateway.
type Call struct {
	Operation string       // "vora.CreateSession"
	Safety    retry.Safety // what repeating it could do
	Advice    string       // how to go on when its outcome is unknown; empty for reads, whose outcome is no matter

	// Refusal is the gateway's no in an answer that was decoded, for gateways that say no with a 2xx. May be nil.
	Refusal func() (message string, refused bool)

	// Accepts lets an answer count as a result although its status is no 2xx. May be nil.
	Accepts func(status int, body []byte) bool

	// AssignCode names the catalog code of a status for gateways whose errors carry none. May be nil.
	AssignCode func(status int) string

	// Metered is the rate limit that the call counts against; empty for none.
	Metered sdk.MeteredKind

	// Secrets are texts of this call that must not come back in a message: the API key, and what else it has.
	Secrets [2]sdk.Secret
}

// Do sends a request and decodes its answer into out; essential tells, after decoding, whether what matters is there.
func (e *Endpoint) Do(call Call, request *http.Request, out any, essential func() bool) (sdk.Response, error) {
	start := time.Now()
	request, end := observe(&e.Options, call.Operation, request)
	response, err := e.send(call, request, out, essential)
	if end != nil {
		end(sdk.CallResult{Response: response, Err: err})
	}
	e.notices.tell(request.Context(), &e.Options, response.Notice)
	report(&e.Options, call, request, response, err, time.Since(start))
	return response, err
}

func (e *Endpoint) send(call Call, request *http.Request, out any, essential func() bool) (sdk.Response, error) {
	o := &e.Options
	request.Header["Accept"] = acceptJSON
	request.Header["User-Agent"] = userAgent()

	policy := retry.Default()
	policy.MaxRetries, policy.AttemptTimeout, policy.Budget = o.MaxRetries, o.AttemptTimeout, e.budget
	if o.Limiter != nil && call.Metered != "" {
		policy.Before = func(ctx context.Context) error {
			return o.Limiter.Wait(ctx, sdk.Metered{Operation: call.Operation, Kind: call.Metered, Key: e.KeyID})
		}
	}
	result, err := policy.DoWith(httpClient(o), request, call.Safety)
	for i := range result.Attempts {
		if a := &result.Attempts[i]; a.Code != "" {
			a.Code = sdk.Code(presentable(string(a.Code), call.Secrets))
		}
	}

	switch {
	case err != nil && result.Status != 0 && !isSuccess(result.Status): // the context ended while waiting after an answer
		failed := decodeError(call, o, result)
		failed.Cause = err
		return sdk.Response{}, unknownIf(result.Uncertain, call, failed)
	case err != nil:
		failed := limited(err, call.Operation)
		if failed == nil {
			failed = newError(call, o, result)
			failed.Message, failed.Cause = presentable(failure(err, request.URL.Host, result.Uncertain), call.Secrets), err
		}
		failed.IdempotencyKey, failed.Attempts = o.IdempotencyKey, result.Attempts
		return sdk.Response{}, unknownIf(result.Uncertain, call, failed)
	case !isSuccess(result.Status) && (call.Accepts == nil || !call.Accepts(result.Status, result.Body)):
		failed := decodeError(call, o, result)
		return sdk.Response{}, unknownIf(result.Uncertain && !settles(failed), call, failed)
	}
	problem, odd := decode(result, out, essential)
	if problem != "" {
		failed := newError(call, o, result)
		failed.Message = problem
		return sdk.Response{}, unknownIf(true, call, failed)
	}
	if call.Refusal != nil {
		if message, refused := call.Refusal(); refused {
			failed := newError(call, o, result)
			failed.Message = presentable(message, call.Secrets)
			return sdk.Response{}, failed
		}
	}
	return responseOf(o, call.Operation, result, odd), nil
}

// limited is the error of a rate limiter that did not let an attempt begin.
func limited(err error, operation string) *sdk.Error {
	var e *sdk.Error
	if !errors.As(err, &e) {
		return nil
	}
	own := *e
	own.Operation = operation
	return &own
}

// unknownIf makes an error an unknown outcome when the operation may have been done and that matters.
func unknownIf(uncertain bool, call Call, e *sdk.Error) error {
	if uncertain && call.Advice != "" {
		return &sdk.OutcomeUnknownError{Err: e, Advice: call.Advice}
	}
	return e
}

// settles tells whether the last answer also says what became of earlier attempts that got none: what the gateway finds
// wrong with a request, it finds wrong with every copy. An answer about the sender, the key or the gateway does not.
func settles(e *sdk.Error) bool {
	entry, known := e.Code.Entry()
	return known && entry.Family == sdk.FamilyValidation
}

func isSuccess(status int) bool { return status >= 200 && status < 300 }

// failure says in one sentence why no answer came. uncertain means that some attempt may have been carried out.
func failure(err error, host string, uncertain bool) string {
	switch {
	case retry.NeverSent(err) && !uncertain:
		return "could not connect to " + host + ", nothing was sent: " + err.Error()
	case errors.Is(err, context.Canceled):
		return "the call was cancelled by its context"
	case errors.Is(err, retry.ErrAttemptTimeout):
		return "no complete answer from " + host + " in time"
	case errors.Is(err, context.DeadlineExceeded) && !retry.NeverSent(err):
		return "the context's deadline passed before an answer came"
	case errors.Is(err, retry.ErrBodyTooLarge):
		return "the answer of " + host + " is larger than 1 MiB"
	}
	return "the connection to " + host + " failed: " + err.Error()
}

var acceptJSON = []string{"application/json"} // read only

var userAgent = sync.OnceValue(func() []string {
	return []string{"hostedpay-go/" + sdk.Version + " (" + runtime.Version() + "; " + runtime.GOOS + ")"}
})

// httpClient is the caller's client, or one over a transport that all clients of the process share: connections are
// worth sharing, and a client per merchant must not cost a pool per merchant. It is a clone, so that nobody's changes
// to http.DefaultTransport reach it. It has no time limit for answers: that is the attempt's, which a caller can change.
func httpClient(o *sdk.Options) *http.Client {
	client := o.HTTPClient
	if client == nil {
		client = shared()
	}
	if len(o.Middleware) == 0 {
		return client
	}
	transport := client.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	for _, wrap := range o.Middleware {
		transport = wrap(transport)
	}
	return &http.Client{Transport: transport, Jar: client.Jar}
}

var shared = sync.OnceValue(func() *http.Client {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment}
	if standard, ok := http.DefaultTransport.(*http.Transport); ok {
		t = standard.Clone()
	}
	t.ForceAttemptHTTP2 = true
	t.MaxIdleConnsPerHost = 32
	return &http.Client{Transport: t}
})
