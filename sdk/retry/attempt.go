package retry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/internal/wire"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// attempts makes the attempts: each sends the request, reads the whole response within the time
// limit, and records both.
type attempts struct {
	policy  *Policy
	next    http.RoundTripper
	pool    *wire.Pool // that next ends in; nil when it is unknown
	jar     http.CookieJar
	timeout time.Duration
	first   wire.Attempt // in one allocation with the rest
	renew   bool         // the next attempt needs a connection of its own

	state  state
	result Result
	said   ResponseInfo // by the last response
	err    error        // why the last attempt has no complete response, or what blocked the next one
}

// A state is where a request is between two attempts.
type state int

const (
	stateNew     state = iota // no attempt was made
	stateSent                 // an attempt was made, and has ended
	stateWaiting              // another attempt was decided on, and has not begun
	stateBlocked              // the next attempt could not begin
)

// make makes one attempt. When the context has ended before it begins, there is no attempt, and the
// last one's result stays.
func (a *attempts) make(request *http.Request) (*http.Response, error) {
	if err := a.begin(request.Context()); err != nil {
		if request.Body != nil {
			_ = request.Body.Close()
		}
		return nil, err
	}
	start := time.Now()
	a.state, a.said, a.result.Status, a.result.Header, a.result.Body = stateSent, ResponseInfo{}, 0, nil, nil
	attempt := sdk.Attempt{Number: len(a.result.Attempts) + 1, Start: start}

	on := a.record()
	response, err := a.send(request, on)
	attempt = a.countResends(on, attempt)
	a.err = err
	if response != nil {
		a.result.Status, a.result.Header = response.StatusCode, response.Header
		a.said = a.read()
	}
	if a.result.Status >= 300 {
		a.err = nil // the status is enough, even when the body was truncated
	}
	if a.err != nil && !NeverSent(a.err) || a.err == nil && mayHaveBeenDone(a.result.Status, a.said) {
		a.result.Uncertain = true
	}
	attempt.Status, attempt.RequestID, attempt.Code = a.result.Status, a.said.RequestID, a.said.Code
	attempt.Err, attempt.Duration = err, time.Since(start)
	a.result.Attempts = append(a.result.Attempts, attempt)
	if a.err != nil {
		return nil, a.err
	}
	return response, nil
}

// read is what the last response says about itself.
func (a *attempts) read() ResponseInfo {
	if a.policy.ReadResponse == nil {
		return ResponseInfo{RequestID: redact.Redactor{}.Line(a.result.Header.Get("X-Request-Id"))}
	}
	return a.policy.ReadResponse(a.result.Status, a.result.Header, a.result.Body)
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
	if len(a.result.Attempts) > 0 {
		a.last().Stopped = "the next attempt was held back"
	}
	return a.block(err)
}

func (a *attempts) last() *sdk.Attempt { return &a.result.Attempts[len(a.result.Attempts)-1] }

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
func (a *attempts) send(request *http.Request, on *wire.Attempt) (*http.Response, error) {
	ctx := request.Context()
	if a.timeout > 0 {
		limited, cancel := context.WithTimeoutCause(ctx, a.timeout, ErrAttemptTimeout)
		defer cancel()
		ctx = limited
	}
	response, err := a.next.RoundTrip(a.own(request, on.Begin(ctx)))
	switch { // http.Client tolerates the same transports
	case err != nil:
		return nil, a.undelivered(ctx, on, err)
	case response == nil:
		return nil, deliveryError{errNoResponse, false}
	case response.Body == nil:
		response.Body = http.NoBody
	}
	defer response.Body.Close()
	if a.jar != nil {
		a.jar.SetCookies(cookieURL(request), response.Cookies())
	}
	if response.StatusCode == http.StatusSwitchingProtocols {
		return response, nil // its body is a connection, which nobody ends
	}
	if request.Method == http.MethodHead {
		return response, nil // its Content-Length is that of a body that does not come
	}
	a.result.Body, err = readBody(response, a.policy.maxBody())
	response.Body = http.NoBody
	return response, withoutURL(ctx, err)
}

// own is the attempt's own request, with what an http.Client would add to it.
func (a *attempts) own(request *http.Request, ctx context.Context) *http.Request { //nolint:revive // as WithContext has it
	own := request.WithContext(ctx)
	own.GetBody = nil // or an http.Transport sends the request again by itself
	user := request.URL.User
	if a.jar == nil && user == nil && own.Header != nil {
		return own
	}
	if own.Header = request.Header.Clone(); own.Header == nil {
		own.Header = http.Header{}
	}
	if a.jar != nil {
		for _, cookie := range a.jar.Cookies(cookieURL(request)) {
			own.AddCookie(cookie)
		}
	}
	if user != nil && own.Header.Get("Authorization") == "" {
		password, _ := user.Password()
		own.SetBasicAuth(user.Username(), password)
	}
	return own
}

// cookieURL is whose cookies a request has: those of the host that it names in its header.
func cookieURL(request *http.Request) *url.URL {
	if request.Host == "" || request.Host == request.URL.Host {
		return request.URL
	}
	named := *request.URL
	named.Host = request.Host
	return &named
}

var errNoResponse = errors.New("the transport returned neither a response nor an error")

// record is the record of the next attempt.
func (a *attempts) record() *wire.Attempt {
	on := &a.first
	if len(a.result.Attempts) > 0 {
		on = &wire.Attempt{}
	}
	on.Pooled, on.Renew = a.pool != nil, a.renew
	return on
}

// undelivered is the error of an attempt without a response, which knows what happened on the
// network.
func (a *attempts) undelivered(ctx context.Context, on *wire.Attempt, err error) error {
	defer on.End()
	timedOut := errors.Is(context.Cause(ctx), ErrAttemptTimeout) || isTimeout(err)
	err = withoutURL(ctx, err)
	switch delivery := on.Delivery(); {
	case delivery == wire.NotSent, delivery == wire.Sent && notProcessed(err):
		return deliveryError{err, false}
	case delivery == wire.Sent:
		if timedOut {
			on.TimedOut(a.pool)
			a.renew = true
		}
		return deliveryError{err, true}
	}
	return err
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

var errSentAgain = errors.New("the connection ended without a response, and the transport sent the request again by itself")

// countResends records what a transport did by itself: an http.Transport sends a request without a
// body again when a connection that it had used before ends without a response.
func (a *attempts) countResends(on *wire.Attempt, attempt sdk.Attempt) sdk.Attempt {
	sends := on.Sends()
	for i := 1; i < len(sends); i++ {
		resent := attempt
		resent.Duration, resent.Err = sends[i].Sub(attempt.Start), errSentAgain
		a.result.Attempts = append(a.result.Attempts, resent)
		a.policy.Budget.take()
		attempt.Number, attempt.Start = attempt.Number+1, sends[i]
	}
	return attempt
}

// readBody allocates a declared length at once only up to the default maximum: beyond it, memory
// grows with what has arrived.
func readBody(response *http.Response, limit int64) ([]byte, error) {
	declared := response.ContentLength
	if declared > limit {
		return nil, ErrBodyTooLarge
	}
	if 0 < declared && declared <= defaultMaxBody {
		body := make([]byte, declared)
		read, err := io.ReadFull(response.Body, body)
		return body[:read], err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, min(limit, math.MaxInt64-1)+1))
	switch n := int64(len(body)); {
	case err != nil:
	case n > limit:
		return body[:limit], ErrBodyTooLarge
	case n < declared:
		return body, io.ErrUnexpectedEOF
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
