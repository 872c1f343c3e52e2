package retry

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/hostedpay/hostedpay-go/internal/wire"
)

// A loop is one request with its attempts: it decides whether there is another one, and when.
// Sending is the attempts' job. Everything that a request needs is in it, in one allocation.
type loop struct {
	policy Policy
	safety Safety
	body   func() (io.ReadCloser, error) // anew, for every attempt but the first; nil when it cannot be replayed
	header http.Header                   // as it was before a jar added its cookies; nil without a jar
	kept   keptHeader                    // as it was before middleware added to it; empty when nothing can

	retryable retryablehttp.Client
	client    http.Client
	borrowed  wire.Pool // over the caller's transport
	request   retryablehttp.Request
	own       http.Request // a copy of the caller's, which the loop may change
	attempts  attempts
}

func newLoop(p Policy, client *http.Client, request *http.Request, safety Safety) *loop {
	l := &loop{policy: p, safety: safety, body: request.GetBody, own: *request}
	l.own.GetBody = nil // or an http.Transport sends the request again by itself
	l.attempts.policy, l.attempts.timeout = &l.policy, p.AttemptTimeout
	if limit := client.Timeout; limit > 0 && (l.attempts.timeout <= 0 || limit < l.attempts.timeout) {
		l.attempts.timeout = limit
	}
	changesHeaders := l.route(client.Transport)
	// The attempts are the transport, so that the library finds no CloseIdleConnections to call on
	// the caller's pool.
	l.client = http.Client{Transport: &l.attempts, Jar: client.Jar, CheckRedirect: useLastResponse}
	l.retryable = retryablehttp.Client{
		HTTPClient:   &l.client,
		RetryMax:     math.MaxInt, // the policy counts
		CheckRetry:   l.again,
		Backoff:      shortest,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	switch {
	case client.Jar != nil:
		l.header = request.Header
		l.own.Header = l.header.Clone()
	case changesHeaders:
		l.kept.keep(request.Header)
	}
	l.request.Request = &l.own
	return l
}

// route finds out what the attempts go through, and reports whether that may change a header.
func (l *loop) route(transport http.RoundTripper) (changesHeaders bool) {
	if transport == nil {
		transport = http.DefaultTransport
	}
	switch t := transport.(type) {
	case *http.Transport:
		l.borrowed.Borrow(t)
		l.attempts.next, l.attempts.pool = &l.borrowed, &l.borrowed
	case *wire.Pool:
		l.attempts.next, l.attempts.pool = t, t
	case *wire.Chain:
		l.attempts.next, l.attempts.pool = t.RoundTripper, t.Pool
		return true
	default:
		l.attempts.next = t
		return true
	}
	return false
}

func useLastResponse(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// again decides, after each attempt, whether there is another one. The caller's context comes
// first: when it has ended, nobody waits for a response any more.
func (l *loop) again(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	if l.attempts.state != stateSent {
		return false, nil // the attempt was not begun
	}
	result := &l.attempts.result
	retries := len(result.Attempts) - 1
	result.After = 0
	if l.attempts.err == nil && result.Status < 300 {
		l.policy.Budget.succeeded(retries)
		return false, nil
	}
	asked, didAsk := After(result.Header, time.Now())
	if result.Status >= 300 {
		result.After = asked
	}
	if ctx.Err() != nil || l.policy.verdict(l.attempts.outcome(l.safety)) != Retry {
		return false, nil //nolint:nilerr // finish reports it
	}
	wait := asked
	if !didAsk {
		wait = l.policy.backoff(retries + 1)
	}
	last := &result.Attempts[retries]
	if last.Stopped = l.obstacle(ctx, retries, wait, didAsk); last.Stopped != "" {
		return false, nil
	}
	last.Wait, l.attempts.state = wait, stateWaiting
	l.retryable.RetryWaitMin, l.retryable.PrepareRetry = wait, l.renew
	return true, nil
}

// shortest is the wait before the next attempt, which again has decided on.
func shortest(wait, _ time.Duration, _ int, _ *http.Response) time.Duration { return wait }

// obstacle is why an attempt that may be retried is not; empty when nothing stands in the way.
func (l *loop) obstacle(ctx context.Context, retries int, wait time.Duration, asked bool) string {
	deadline, limited := ctx.Deadline()
	switch {
	case retries >= l.policy.MaxRetries:
		return "no retry left"
	case l.body == nil && l.own.Body != nil && l.own.Body != http.NoBody:
		return "the body cannot be sent again"
	case asked && wait > l.policy.MaxRetryAfter:
		return "the wait is too long"
	case limited && time.Until(deadline) <= wait:
		return "the wait does not fit the deadline"
	case !l.policy.Budget.take():
		return "the retry budget is empty"
	}
	return ""
}

// renew gives the next attempt a body from its beginning, and a header without what the last
// attempt added to it: cookies, by an http.Client, and whatever middleware adds.
func (l *loop) renew(next *http.Request) error {
	if l.header != nil {
		next.Header = l.header.Clone()
	} else if len(l.kept.fields) > 0 {
		next.Header = l.kept.header()
	}
	if l.body == nil {
		return nil
	}
	body, err := l.body()
	if err != nil {
		return l.attempts.block(fmt.Errorf("the body cannot be sent again: %w", err))
	}
	next.Body = body
	return nil
}

// finish is the last attempt's result, and why there is no more than that.
func (l *loop) finish(ctx context.Context, loopErr error) (Result, error) {
	a := &l.attempts
	switch a.state {
	case stateSent, stateBlocked:
		return a.result, a.err
	case stateWaiting: // only the context's end leaves a loop that waits
		last := &a.result.Attempts[len(a.result.Attempts)-1]
		last.Wait = time.Since(last.Start.Add(last.Duration))
		last.Stopped = "the context ended during the wait"
		err := ended(ctx)
		if a.err != nil {
			err = fmt.Errorf("%w while waiting to try again after: %w", err, a.err)
		}
		return a.result, err
	case stateNew: // the http.Client did not accept the request
	}
	return a.result, withoutURL(ctx, loopErr)
}
