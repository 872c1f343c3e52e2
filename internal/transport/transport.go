// Package transport is the one door that every call to a gateway goes through: headers, retries, and one decoder.
//
// The decoder's rule: the status decides, then the body; the content type helps to explain. Anything but a 2xx is a
// *sdk.Error. A 2xx whose essential members are there is a result even if another member, or the content type, is odd;
// one that nobody can read is an outcome that is not known.
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

	// Otherwise is the same request at the address to ask when the first is not found. May be nil.
	Otherwise *http.Request

	// Metered is the rate limit that the call counts against; empty for none.
	Metered sdk.LimitKind

	// Secrets are texts of this call that must not come back in a message: the API key, and what else it has.
	Secrets [2]sdk.Secret
}

// Do sends a request and decodes its answer into out; essential tells, after decoding, whether what matters is there.
func (e *Endpoint) Do(call Call, request *http.Request, out any, essential func() bool) (sdk.Response, error) {
	start := time.Now()
	o := &e.Options
	ctx, end := observe(request.Context(), o, call.Operation)
	if ctx != request.Context() {
		request = request.WithContext(ctx)
	}
	response, err := e.send(&call, request, out, essential)
	if call.Otherwise != nil && err != nil && isNotFound(err) {
		request = call.Otherwise.WithContext(ctx)
		response, err = e.send(&call, request, out, essential)
	}
	if end != nil {
		safely(func() { end(sdk.CallResult{Response: response, Err: err}) })
	}
	report(o, &call, request, response, err, time.Since(start))
	return response, err
}

func isNotFound(err error) bool {
	var e *sdk.Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

func (e *Endpoint) send(call *Call, request *http.Request, out any, essential func() bool) (sdk.Response, error) {
	o := &e.Options
	request.Header["Accept"] = acceptJSON
	request.Header["User-Agent"] = userAgent()

	policy := retry.Default()
	policy.MaxRetries, policy.AttemptTimeout, policy.Budget = o.MaxRetries, o.AttemptTimeout, e.budget
	if o.Limiter != nil && call.Metered != "" {
		policy.Before = metered(o.Limiter, sdk.LimitedCall{Gateway: e.Gateway, Operation: call.Operation, Kind: call.Metered, KeyID: e.KeyID})
	}
	result, err := policy.DoWith(e.client, request, call.Safety)
	err = call.cover(&result, err)
	notice := noticeOf(call.Operation, result.Header)
	e.notices.tell(request.Context(), o, notice)

	held := heldBy(err)
	switch {
	case err != nil && result.Status != 0 && !isSuccess(result.Status): // the call ended while waiting after an answer
		failed := decodeError(call, o, result)
		failed.Cause = err
		if held != nil {
			failed.RetryAfter = max(failed.RetryAfter, held.retryAfter())
		}
		return sdk.Response{}, unknownIf(result.Uncertain, call, failed)
	case held != nil:
		return sdk.Response{}, unknownIf(result.Uncertain, call, held.asError(call, o, result, err))
	case err != nil:
		failed := newError(call, o, result)
		failed.Message, failed.Cause = call.presentable(failure(err, request.URL.Host, result.Uncertain)), err
		return sdk.Response{}, unknownIf(result.Uncertain, call, failed)
	case !isSuccess(result.Status) && (call.Accepts == nil || !call.Accepts(result.Status, result.Body)):
		failed := decodeError(call, o, result)
		return sdk.Response{}, unknownIf(result.Uncertain && !Settles(failed), call, failed)
	}
	problem, odd := decode(call, result, out, essential)
	if problem != "" {
		failed := newError(call, o, result)
		failed.Message = problem
		return sdk.Response{}, unknownIf(true, call, failed)
	}
	if call.Refusal != nil {
		if message, refused := call.Refusal(); refused {
			failed := newError(call, o, result)
			failed.Message = call.presentable(message)
			return sdk.Response{}, failed
		}
	}
	return responseOf(o, result, notice, odd), nil
}

// presentable makes a text from the network fit for a log.
func (call *Call) presentable(text string) string { return Presentable(text, call.Secrets[:]...) }

// cover takes secrets out of all that came over the network and may be printed later, but for bodies.
func (call *Call) cover(result *retry.Result, err error) error {
	secrets := call.Secrets[:]
	for i := range result.Attempts {
		a := &result.Attempts[i]
		if a.Code != "" {
			a.Code = sdk.Code(call.presentable(string(a.Code)))
		}
		if a.RequestID != "" {
			a.RequestID = mask(a.RequestID, secrets)
		}
		a.Err = withoutSecrets(a.Err, secrets)
	}
	for _, name := range printedHeaders {
		for i, value := range result.Header[name] {
			if masked := mask(value, secrets); masked != value {
				result.Header[name][i] = masked
			}
		}
	}
	return withoutSecrets(err, secrets)
}

// printedHeaders are those of an answer whose text is passed on.
var printedHeaders = []string{"Content-Type", versionHeader, latestVersionHeader, "Link"} // read only

// unknownIf makes an error an unknown outcome when the operation may have been done and that matters.
func unknownIf(uncertain bool, call *Call, e *sdk.Error) error {
	if uncertain && call.Advice != "" {
		return &sdk.OutcomeUnknownError{Err: e, Advice: call.Advice}
	}
	return e
}

// Settles tells whether an answer also says what became of earlier attempts that got none: what the gateway finds wrong
// with a request, it finds wrong with every copy. An answer about the sender, the key or the gateway does not.
func Settles(e *sdk.Error) bool {
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
		if wrap == nil {
			continue
		}
		if wrapped := wrap(transport); wrapped != nil {
			transport = wrapped
		}
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
