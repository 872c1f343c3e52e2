package retry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Result is how a request ended.
type Result struct {
	Status   int           // HTTP status of the last response; 0 when the last attempt got none
	Header   http.Header   // of the last response
	Body     []byte        // of the last response, as far as it was received
	After    time.Duration // what the last response asked to wait
	Attempts []sdk.Attempt // every time the request was sent

	// Uncertain means that the gateway may have carried out at least one attempt without saying so.
	Uncertain bool
}

// ErrBodyTooLarge means that a response is longer than [Policy.MaxBody].
var ErrBodyTooLarge = errors.New("the response is too large")

// ErrAttemptTimeout means that an attempt took longer than [Policy.AttemptTimeout].
var ErrAttemptTimeout = fmt.Errorf("no complete response within the attempt's time limit: %w", context.DeadlineExceeded)

// Do sends the request until an attempt succeeds or the policy ends it. It uses the client's
// Transport and Jar, and its Timeout as the limit of an attempt when that is shorter; redirects are
// not followed.
//
// A response of any status is a result and no error. The error is why there is no complete
// response, or that the context ended during a wait; the result then has the last response. The
// request's body is replayed from its GetBody; a request with a body and without GetBody is sent
// once. The request is not changed, and its body is closed. A request without a URL is an error.
func (p Policy) Do(client *http.Client, request *http.Request, safety Safety) (Result, error) {
	if err := unsendable(request); err != nil {
		return Result{}, err
	}
	l := newLoop(p, client, request, safety)
	response, err := l.attempts.make(request) //nolint:bodyclose // each attempt has read and closed its response's body
	if !l.isOver() {
		l.repeat(response, err)
	}
	return l.finish()
}

// unsendable is why no client can send a request; nil when one can. Its body is then closed.
func unsendable(request *http.Request) (err error) {
	switch {
	case request.URL == nil:
		err = errors.New("the request has no URL")
	case request.RequestURI != "":
		err = errors.New("the request is one that a server received: RequestURI is set")
	default:
		return nil
	}
	if request.Body != nil {
		_ = request.Body.Close()
	}
	return err
}
