package retry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Result is how a request ended.
type Result struct {
	Status   int           // HTTP status of the last answer; 0 when none came
	Header   http.Header   // of the last answer
	Body     []byte        // of the last answer, as far as it came
	After    time.Duration // what the last answer asked to wait
	Attempts []sdk.Attempt // every time it was sent

	// Uncertain means that at least one attempt may have done its work without saying so.
	Uncertain bool
}

// ErrBodyTooLarge is an answer that is longer than [Policy.MaxBody].
var ErrBodyTooLarge = errors.New("the answer is too large")

// ErrAttemptTimeout is an attempt that took longer than [Policy.AttemptTimeout].
var ErrAttemptTimeout = fmt.Errorf("no complete answer within the attempt's time limit: %w", context.DeadlineExceeded)

// Do sends the request through transport until an attempt ends well or trying again is over. An answer of any status is
// a result and no error; the error says why there is no complete answer, or that the context ended during a wait, and
// then the result is the last answer. Redirects are not followed. The request's body is replayed from its GetBody; a
// request with a body and without GetBody is sent once. The request is not changed, and its body is closed.
func (p Policy) Do(transport http.RoundTripper, request *http.Request, safety Safety) (Result, error) {
	return p.do(transport, nil, request, safety)
}

// DoWith is Do through the transport and the cookie jar of a client. The client's own redirect policy and timeout do
// not apply.
func (p Policy) DoWith(client *http.Client, request *http.Request, safety Safety) (Result, error) {
	return p.do(client.Transport, client.Jar, request, safety)
}

func (p Policy) do(transport http.RoundTripper, jar http.CookieJar, request *http.Request, safety Safety) (Result, error) {
	c := &call{policy: p, safety: safety, next: transport, body: request.GetBody, own: *request}
	if c.next == nil {
		c.next = http.DefaultTransport
	}
	c.bodyOnce = request.Body != nil && request.Body != http.NoBody && request.GetBody == nil
	c.client = http.Client{Transport: c, Jar: jar, CheckRedirect: useLastResponse}
	c.loop = retryablehttp.Client{
		HTTPClient:   &c.client,
		RetryMax:     math.MaxInt, // c.again counts
		CheckRetry:   c.again,
		Backoff:      c.backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	if c.body != nil || jar != nil {
		c.loop.PrepareRetry = c.renew
	}
	if jar != nil {
		c.header = request.Header
		c.own.Header = c.header.Clone()
	}
	c.request.Request = &c.own
	_, err := c.loop.Do(&c.request) //nolint:bodyclose // each attempt has read and closed its answer's body
	return c.finish(request.Context(), err)
}

func useLastResponse(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// A call is one request with its attempts. It is the transport of the loop's http.Client, which therefore finds no
// CloseIdleConnections to call on anybody's connection pool. Everything that a call needs is in it, in one piece.
type call struct {
	policy Policy
	safety Safety
	next   http.RoundTripper
	body   func() (io.ReadCloser, error) // anew, for every attempt but the first
	header http.Header                   // as it was, when a jar's cookies will be added to it

	loop    retryablehttp.Client
	client  http.Client
	request retryablehttp.Request
	own     http.Request // a copy, which the loop may change

	result   Result
	code     sdk.Code
	heal     *bool
	err      error         // why the last attempt has no complete answer
	wait     time.Duration // before the next attempt
	waiting  bool          // for the next attempt, which has not begun
	held     bool          // Policy.Before refused the next attempt
	bodyOnce bool          // the body cannot be sent again
}

// renew gives the next attempt a body from its beginning, and a header without the last attempt's cookies, which an
// http.Client adds to the header that it is given.
func (c *call) renew(next *http.Request) error {
	if c.header != nil {
		next.Header = c.header.Clone()
	}
	if c.body == nil {
		return nil
	}
	body, err := c.body()
	if err != nil {
		c.waiting, c.err = false, fmt.Errorf("the body cannot be sent again: %w", err)
		return c.err
	}
	next.Body = body
	return nil
}

func (c *call) backoff(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return c.wait }

// RoundTrip is one attempt: send, read the whole answer within the time limit, take notes. When the context is over
// before it begins, there is no attempt, and what the last one brought stays.
func (c *call) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := c.begin(request.Context()); err != nil {
		if request.Body != nil {
			_ = request.Body.Close()
		}
		if !c.waiting {
			c.err = err
		}
		return nil, err
	}
	c.waiting = false
	start := time.Now()
	attempt := sdk.Attempt{Number: len(c.result.Attempts) + 1, Start: start}
	c.result.Status, c.result.Header, c.result.Body, c.code, c.heal = 0, nil, nil, "", nil

	response, err := c.send(request)
	if response != nil {
		c.result.Status, c.result.Header = response.StatusCode, response.Header
		attempt.Status, attempt.RequestID = response.StatusCode, response.Header.Get("X-Request-Id")
	}
	c.err = err
	if response != nil && response.StatusCode >= 300 {
		c.readEnvelope()
		attempt.Code = c.code
		c.err = nil // the status has said enough, even if the body broke off
	}
	if c.err != nil && !NeverSent(c.err) {
		c.result.Uncertain = true
	}
	attempt.Err = err
	attempt.Duration = time.Since(start)
	c.result.Attempts = append(c.result.Attempts, attempt)
	if c.err != nil {
		return nil, c.err
	}
	return response, nil
}

// begin is what comes before an attempt.
func (c *call) begin(ctx context.Context) error {
	if err := ended(ctx); err != nil || c.policy.Before == nil {
		return err
	}
	err := c.policy.Before(ctx)
	if err == nil {
		return nil
	}
	if over := ended(ctx); over != nil {
		return over
	}
	c.held, c.waiting = true, false
	if n := len(c.result.Attempts); n > 0 {
		c.result.Attempts[n-1].Stopped = "the next attempt was held back"
	}
	return err
}

// send is the attempt itself. A body that breaks off comes with the response and the error.
func (c *call) send(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	if c.policy.AttemptTimeout > 0 {
		limited, cancel := context.WithTimeoutCause(ctx, c.policy.AttemptTimeout, ErrAttemptTimeout)
		defer cancel()
		ctx = limited
	}
	request = request.WithContext(ctx)
	response, err := c.next.RoundTrip(request)
	switch { // http.Client forgives transports the same
	case err != nil:
		return nil, clean(request.Context(), err)
	case response == nil:
		return nil, errors.New("the transport returned neither an answer nor an error")
	case response.Body == nil:
		response.Body = http.NoBody
	}
	defer response.Body.Close()
	if request.Method == http.MethodHead {
		return response, nil // its Content-Length is of a body that does not come
	}
	c.result.Body, err = readBounded(response, c.policy.maxBody())
	response.Body = http.NoBody
	return response, clean(request.Context(), err)
}

func readBounded(response *http.Response, most int64) ([]byte, error) {
	if response.ContentLength > most {
		return nil, ErrBodyTooLarge
	}
	if n := response.ContentLength; n > 0 {
		body := make([]byte, n)
		read, err := io.ReadFull(response.Body, body)
		return body[:read], err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err == nil && int64(len(body)) > most {
		return body[:most], ErrBodyTooLarge
	}
	return body, err
}

// clean replaces what a context's end looks like from inside a transport by its cause, and takes away the URL, whose
// query is nobody's business.
func clean(ctx context.Context, err error) error {
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

// ended is why a context is over; nil while it is not. Whatever cause it was given, it is also the context's Err.
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

// readEnvelope reads what decides about trying again. A member that is odd is as good as none, and costs no other.
func (c *call) readEnvelope() {
	var envelope struct {
		Code     sdk.Code `json:"code"`
		SelfHeal struct {
			Retryable any `json:"retryable"` // not *bool, which becomes false when a text stands there
		} `json:"selfHeal"`
	}
	_ = json.Unmarshal(c.result.Body, &envelope)
	c.code = envelope.Code
	if retryable, ok := envelope.SelfHeal.Retryable.(bool); ok {
		c.heal = &retryable
	}
}

// again decides, after each attempt, whether there is another one. The caller's context comes first: when it is over
// there is nobody left to answer to.
func (c *call) again(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	if len(c.result.Attempts) == 0 || c.waiting || c.held {
		return false, nil // there was no attempt
	}
	attempt := &c.result.Attempts[len(c.result.Attempts)-1]
	retries := len(c.result.Attempts) - 1
	c.result.After = 0
	if c.err == nil && c.result.Status < 300 {
		c.policy.Budget.succeeded(retries)
		return false, nil
	}
	asked, didAsk := After(c.result.Header, time.Now())
	if c.result.Status >= 300 {
		c.result.After = asked
	}
	if ctx.Err() != nil || c.policy.verdict(c.outcome()) != Retry {
		return false, nil //nolint:nilerr // finish tells of it
	}
	c.wait = asked
	if !didAsk {
		c.wait = c.policy.backoff(retries + 1)
	}
	switch deadline, limited := ctx.Deadline(); {
	case retries >= c.policy.MaxRetries:
		attempt.Stopped = "no retry left"
	case c.bodyOnce:
		attempt.Stopped = "the body cannot be sent again"
	case didAsk && asked > c.policy.MaxRetryAfter:
		attempt.Stopped = "the wait is too long"
	case limited && time.Until(deadline) <= c.wait:
		attempt.Stopped = "the wait does not fit the deadline"
	case !c.policy.Budget.take():
		attempt.Stopped = "the retry budget is empty"
	default:
		attempt.Wait, c.waiting = c.wait, true
		return true, nil
	}
	return false, nil
}

func (c *call) outcome() Outcome {
	return Outcome{
		Safety: c.safety, Status: c.result.Status, Header: c.result.Header,
		Code: c.code, SelfHeal: c.heal, Err: c.err,
	}
}

// finish tells how the loop ended: with an answer, with the error of the last attempt, or with the end of the caller's
// context during a wait, when there is a last answer or error as well.
func (c *call) finish(ctx context.Context, loopErr error) (Result, error) {
	switch {
	case loopErr == nil:
		return c.result, nil
	case c.waiting:
		last := &c.result.Attempts[len(c.result.Attempts)-1]
		last.Wait = time.Since(last.Start.Add(last.Duration))
		last.Stopped = "the context ended during the wait"
		err := ended(ctx)
		if c.err != nil {
			err = fmt.Errorf("%w while waiting to try again after: %w", err, c.err)
		}
		return c.result, err
	case c.err != nil:
		return c.result, c.err
	}
	return c.result, clean(ctx, loopErr) // from the http.Client, for example a redirect to nowhere
}
