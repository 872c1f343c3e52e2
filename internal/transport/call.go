package transport

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/settings"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// A Call is an operation on its way to a gateway. Make one with [Client.NewCall] or
// [Client.NewCreate].
type Call struct {
	settings.Call // set by the client and by options

	Operation string        // "vora.CreateSession"
	Safety    retry.Safety  // what repeating it could do
	Limit     sdk.LimitKind // the rate limit that it counts against; empty for none
	Advice    string        // how to go on when its outcome is unknown; empty for a call that changes nothing
	Anonymous bool          // it is sent without the API key
	Secret    sdk.Secret    // what must not appear in a message, besides the API key

	// ResultStatuses are statuses, besides 2xx, whose response may be a result: it is when the body
	// is complete.
	ResultStatuses []int
}

// A Body is what the response to a call is decoded into. A gateway that rejects requests with a 2xx
// implements [Rejecter] too.
type Body interface {
	// Complete reports whether the essential fields of a response with this status are there.
	Complete(status int) bool
}

// A Rejecter is a body that may say no although the status is 2xx. It is then complete.
type Rejecter interface {
	Rejection() (message string, rejected bool)
}

// A Request is what a generated request builder returns.
type Request struct {
	*http.Request
	Content []byte // of the body
	err     error
}

// Built takes the results of a generated request builder.
func Built(request *http.Request, err error) Request { return Request{request, nil, err} }

// BuiltWithBody takes the results of one whose request has a body.
func BuiltWithBody(request *http.Request, content []byte, err error) Request {
	return Request{request, content, err}
}

// Do sends a request and decodes its response. More requests are the same one at other addresses,
// for as long as the response is 404. Its errors are an *sdk.Error or an *sdk.OutcomeUnknownError.
func Do[T any, B interface {
	*T
	Body
}](c *Client, call *Call, requests ...Request) (*T, sdk.Response, error) {
	var x struct { // one allocation
		exchange
		body T
	}
	x.Client, x.call = c, call
	response, err := x.do(requests, B(&x.body))
	if err != nil {
		return nil, sdk.Response{}, err
	}
	return &x.body, response, nil
}

func (x *exchange) do(requests []Request, out Body) (response sdk.Response, err error) {
	for _, r := range requests {
		if r.err != nil {
			return sdk.Response{}, notBuilt(x.call.Operation, r.err)
		}
		if name := malformedHeader(r.Header); name != "" {
			return sdk.Response{}, Rejected(x.call.Operation, sdk.CodeValidationError, name+": has characters that no header has, such as a line break (nothing was sent)")
		}
	}
	start := time.Now()
	ctx, end := x.observe(requests[0].Context(), x.call.Operation)
	ended := false
	defer func() { // a panic of middleware or a policy leaves no span open
		if !ended && end != nil {
			safely(func() { end(sdk.CallResult{Err: x.interrupted()}) })
		}
	}()
	var request *http.Request
	for _, r := range requests {
		if request = r.Request; ctx != request.Context() {
			request = request.WithContext(ctx)
		}
		if response, err = x.send(request, out); !isNotFound(err) {
			break
		}
	}
	ended = true
	if end != nil {
		safely(func() { end(sdk.CallResult{Response: response, Err: err}) })
	}
	x.report(x.call, request, response, err, time.Since(start))
	return response, err
}

// interrupted is the error of a call that ended in a panic.
func (x *exchange) interrupted() error {
	return x.unknownIf(true, &sdk.Error{
		Operation: x.call.Operation, Message: "the program interrupted the call", IdempotencyKey: x.call.IdempotencyKey,
	})
}

func isNotFound(err error) bool {
	if err == nil {
		return false
	}
	var e *sdk.Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// notBuilt is the error of a request builder, which can only be about the arguments.
func notBuilt(operation string, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return Rejected(operation, sdk.CodeValidationError, "the request cannot be built: "+err.Error())
}

// malformedHeader is the name of a header that net/http would not send; it would say so as if the
// connection had failed.
func malformedHeader(header http.Header) string {
	for name, values := range header {
		for _, value := range values {
			for _, c := range []byte(value) {
				if c < ' ' && c != '\t' || c == '\x7f' {
					return name
				}
			}
		}
	}
	return ""
}

// isResult reports whether a status may come with a result.
func (call *Call) isResult(status int) bool {
	return isSuccess(status) || slices.Contains(call.ResultStatuses, status)
}

func isSuccess(status int) bool { return status >= 200 && status < 300 }
