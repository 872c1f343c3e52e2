package retry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// attempts is a transport: each RoundTrip is one attempt, which sends the request, reads the whole
// response within the time limit, and records both.
type attempts struct {
	policy *Policy
	next   http.RoundTripper

	state  state
	result Result
	said   ErrorInfo // by the last response
	err    error     // why the last attempt has no complete response, or what blocked the next one
}

// A state is where a request is between two attempts.
type state int

const (
	stateNew     state = iota // nothing was sent
	stateSent                 // an attempt was made, and has ended
	stateWaiting              // another attempt was decided on, and has not begun
	stateBlocked              // the next attempt could not begin
)

// RoundTrip is one attempt. When the context has ended before it begins, there is no attempt, and
// the last one's result stays.
func (a *attempts) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := a.begin(request.Context()); err != nil {
		if request.Body != nil {
			_ = request.Body.Close()
		}
		return nil, err
	}
	start := time.Now()
	a.state, a.said, a.result.Status, a.result.Header, a.result.Body = stateSent, ErrorInfo{}, 0, nil, nil
	attempt := sdk.Attempt{Number: len(a.result.Attempts) + 1, Start: start}

	response, err := a.send(request)
	a.err = err
	if response != nil {
		a.result.Status, a.result.Header = response.StatusCode, response.Header
		attempt.Status, attempt.RequestID = response.StatusCode, response.Header.Get("X-Request-Id")
	}
	if a.result.Status >= 300 {
		a.err = nil // the status is enough, even when the body was truncated
	}
	if response != nil && response.StatusCode/100 != 2 && a.policy.ReadError != nil {
		a.said = a.policy.ReadError(a.result.Status, a.result.Header, a.result.Body)
	}
	if a.err != nil && !NeverSent(a.err) {
		a.result.Uncertain = true
	}
	attempt.Code, attempt.Err, attempt.Duration = a.said.Code, err, time.Since(start)
	a.result.Attempts = append(a.result.Attempts, attempt)
	if a.err != nil {
		return nil, a.err
	}
	return response, nil
}

// begin is what comes before an attempt.
func (a *attempts) begin(ctx context.Context) error {
	if err := ended(ctx); err != nil {
		return a.endWait(err)
	}
	if a.policy.Before == nil {
		return nil
	}
	err := a.policy.Before(ctx)
	if err == nil {
		return nil
	}
	if over := ended(ctx); over != nil {
		return a.endWait(over)
	}
	if n := len(a.result.Attempts); n > 0 {
		a.result.Attempts[n-1].Stopped = "the next attempt was held back"
	}
	return a.block(err)
}

// endWait ends with the context: a wait for another attempt is reported as one, the wait for the
// first is not.
func (a *attempts) endWait(err error) error {
	if a.state != stateWaiting {
		return a.block(err)
	}
	return err
}

// block ends the request before an attempt begins.
func (a *attempts) block(err error) error {
	a.state, a.err = stateBlocked, err
	return err
}

// send sends the request and reads the response. A truncated body comes with the response and the
// error.
func (a *attempts) send(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	if a.policy.AttemptTimeout > 0 {
		limited, cancel := context.WithTimeoutCause(ctx, a.policy.AttemptTimeout, ErrAttemptTimeout)
		defer cancel()
		ctx = limited
	}
	response, err := a.next.RoundTrip(request.WithContext(ctx))
	switch { // http.Client tolerates the same transports
	case err != nil:
		return nil, withoutURL(ctx, err)
	case response == nil:
		return nil, errors.New("the transport returned neither a response nor an error")
	case response.Body == nil:
		response.Body = http.NoBody
	}
	defer response.Body.Close()
	if request.Method == http.MethodHead {
		return response, nil // its Content-Length is that of a body that does not come
	}
	a.result.Body, err = readBody(response, a.policy.maxBody())
	response.Body = http.NoBody
	return response, withoutURL(ctx, err)
}

func readBody(response *http.Response, limit int64) ([]byte, error) {
	if response.ContentLength > limit {
		return nil, ErrBodyTooLarge
	}
	if n := response.ContentLength; n > 0 {
		body := make([]byte, n)
		read, err := io.ReadFull(response.Body, body)
		return body[:read], err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		return body[:limit], ErrBodyTooLarge
	}
	return body, err
}

// withoutURL replaces what a context's end looks like from inside a transport by its cause, and
// removes the URL, whose query may be private.
func withoutURL(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if over := ended(ctx); over != nil {
		return over
	}
	var withURL *url.Error
	if errors.As(err, &withURL) {
		return withURL.Err
	}
	return err
}

// ended is why a context has ended; nil while it has not. Whatever its cause, it matches the
// context's Err too.
func ended(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
