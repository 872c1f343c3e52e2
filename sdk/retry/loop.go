package retry

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/hostedpay/hostedpay-go/internal/wire"
)

// A loop is one request with its attempts: it decides whether there is another one, and when.
// Sending is the attempts' job. Everything that a request needs is in it, in one allocation.
type loop struct {
	policy  Policy
	safety  Safety
	request *http.Request // the caller's
	kept    keptHeader    // as the header was before middleware added to it; nil when nothing can

	borrowed wire.Pool // over the caller's transport
	attempts attempts
}

func newLoop(p Policy, client *http.Client, request *http.Request, safety Safety) *loop {
	l := &loop{policy: p, safety: safety, request: request}
	l.attempts.policy, l.attempts.timeout, l.attempts.jar = &l.policy, p.AttemptTimeout, client.Jar
	if limit := client.Timeout; limit > 0 && (l.attempts.timeout <= 0 || limit < l.attempts.timeout) {
		l.attempts.timeout = limit
	}
	if l.route(client.Transport) {
		l.kept = keepHeader(request.Header)
	}
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

// isOver reports whether nothing is left to decide after the first attempt.
func (l *loop) isOver() bool {
	if l.attempts.state != stateSent {
		return true // it was not begun
	}
	succeeded := l.attempts.err == nil && l.attempts.result.Status < 300
	if succeeded {
		l.policy.Budget.succeeded(len(l.attempts.result.Attempts) - 1) // a transport may have sent it again by itself
	}
	return succeeded
}

// repeat waits, and sends the request again, for as long as the policy says so. It is told how the
// first attempt ended.
func (l *loop) repeat(first *http.Response, err error) {
	library := retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     &repeats{attempts: &l.attempts, first: first, err: err},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryMax:     math.MaxInt, // the policy counts
		CheckRetry:   l.again,
		Backoff:      l.wait,
		PrepareRetry: l.renew,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	_, _ = library.Do(&retryablehttp.Request{Request: l.request}) //nolint:bodyclose // as above
}

// repeats is the transport that the library sends with. The library begins with an attempt; that
// one has been made, so its first round trip is what came of it.
type repeats struct {
	*attempts
	first *http.Response
	err   error
	begun bool
}

func (r *repeats) RoundTrip(request *http.Request) (*http.Response, error) {
	if !r.begun {
		r.begun = true
		return r.first, r.err
	}
	return r.make(request)
}

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
	if l.attempts.err != nil && ctx.Err() != nil || l.policy.verdict(l.attempts.outcome(l.safety)) != Retry {
		return false, nil //nolint:nilerr // finish reports it
	}
	wait := asked
	if !didAsk {
		wait = l.policy.backoff(retries + 1)
	}
	last := l.attempts.last()
	if last.Stopped = l.obstacle(ctx, retries, wait, didAsk); last.Stopped != "" {
		return false, nil
	}
	last.Wait, l.attempts.state = wait, stateWaiting
	return true, nil
}

// wait is how long again has decided to wait.
func (l *loop) wait(time.Duration, time.Duration, int, *http.Response) time.Duration {
	return l.attempts.last().Wait
}

// obstacle is why an attempt that may be retried is not; empty when nothing stands in the way.
func (l *loop) obstacle(ctx context.Context, retries int, wait time.Duration, asked bool) string {
	deadline, limited := ctx.Deadline()
	switch {
	case retries >= l.policy.MaxRetries:
		return "no retry left"
	case l.request.GetBody == nil && l.request.Body != nil && l.request.Body != http.NoBody:
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

// renew gives the next attempt a body from its beginning, and a header without what middleware
// added to it.
func (l *loop) renew(next *http.Request) error {
	if l.kept != nil {
		next.Header = l.kept.header()
	}
	if l.request.GetBody == nil {
		return nil
	}
	body, err := l.request.GetBody()
	if err != nil {
		return l.attempts.block(fmt.Errorf("the body cannot be sent again: %w", err))
	}
	next.Body = body
	return nil
}

// finish is the last attempt's result, and why there is no more than that.
func (l *loop) finish() (Result, error) {
	a := &l.attempts
	if a.state != stateWaiting {
		return a.result, a.err
	}
	last := a.last() // only the context's end leaves a loop that waits
	last.Wait = time.Since(last.Start.Add(last.Duration))
	last.Stopped = "the context ended during the wait"
	err := ended(l.request.Context())
	if a.err != nil {
		err = fmt.Errorf("%w while waiting to try again after: %w", err, a.err)
	}
	return a.result, err
}
