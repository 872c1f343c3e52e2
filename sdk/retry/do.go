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
// then the result is the last answer. Redirects are not followed. The request's body is replayed from its GetBody.
func (p Policy) Do(transport http.RoundTripper, request *http.Request, safety Safety) (Result, error) {
	return p.do(&http.Client{Transport: transport}, request, safety)
}

// DoWith is Do through the transport and the cookie jar of a client. The client's own redirect policy and timeout do
// not apply.
func (p Policy) DoWith(client *http.Client, request *http.Request, safety Safety) (Result, error) {
	return p.do(&http.Client{Transport: client.Transport, Jar: client.Jar}, request, safety)
}

func (p Policy) do(client *http.Client, request *http.Request, safety Safety) (Result, error) {
	c := &call{policy: p, safety: safety, next: client.Transport}
	if c.next == nil {
		c.next = http.DefaultTransport
	}
	client.Transport = c
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	loop := retryablehttp.Client{
		HTTPClient:   client,
		RetryMax:     math.MaxInt, // c.again counts
		CheckRetry:   c.again,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return c.wait },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	repeatable := &retryablehttp.Request{Request: request}
	if request.GetBody != nil && request.Body != nil {
		body := func() (io.Reader, error) { return request.GetBody() }
		if err := repeatable.SetBody(body); err != nil {
			return Result{}, err
		}
		repeatable.ContentLength = request.ContentLength
	}
	_, err := loop.Do(repeatable)
	return c.finish(err)
}

// A call is one request with its attempts. It is the transport of the loop's http.Client, which therefore finds no
// CloseIdleConnections to call on anybody's connection pool.
type call struct {
	policy Policy
	safety Safety
	next   http.RoundTripper

	result Result
	code   sdk.Code
	heal   *bool
	err    error         // why the last attempt has no complete answer
	wait   time.Duration // before the next attempt
}

// RoundTrip is one attempt: send, read the whole answer within the time limit, take notes.
func (c *call) RoundTrip(request *http.Request) (*http.Response, error) {
	start := time.Now()
	attempt := sdk.Attempt{Number: len(c.result.Attempts) + 1, Start: start}
	c.result.Status, c.result.Header, c.result.Body, c.code, c.heal = 0, nil, nil, "", nil

	var response *http.Response
	err := request.Context().Err()
	sent := err == nil
	if sent {
		response, err = c.send(request)
	}
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
	if c.err != nil && sent && !NeverSent(c.err) {
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

// send is the attempt itself. A body that breaks off comes with the response and the error.
func (c *call) send(request *http.Request) (*http.Response, error) {
	if c.policy.AttemptTimeout > 0 {
		ctx, cancel := context.WithTimeoutCause(request.Context(), c.policy.AttemptTimeout, ErrAttemptTimeout)
		defer cancel()
		request = request.WithContext(ctx)
	}
	response, err := c.next.RoundTrip(request)
	if err != nil {
		return nil, clean(request.Context(), err)
	}
	defer response.Body.Close()
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
		return nil, ErrBodyTooLarge
	}
	return body, err
}

// clean replaces what a context's end looks like from inside a transport by its cause, and takes away the URL, whose
// query is nobody's business.
func clean(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var withURL *url.Error
	if errors.As(err, &withURL) {
		return withURL.Err
	}
	return err
}

func (c *call) readEnvelope() {
	var envelope struct {
		Code     sdk.Code `json:"code"`
		SelfHeal struct {
			Retryable *bool `json:"retryable"`
		} `json:"selfHeal"`
	}
	if json.Unmarshal(c.result.Body, &envelope) == nil {
		c.code, c.heal = envelope.Code, envelope.SelfHeal.Retryable
	}
}

// again decides, after each attempt, whether there is another one. The caller's context comes first: when it is over
// there is nobody left to answer to.
func (c *call) again(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	if len(c.result.Attempts) == 0 {
		return false, nil // the request could not even be tried
	}
	attempt := &c.result.Attempts[len(c.result.Attempts)-1]
	retries := len(c.result.Attempts) - 1
	asked, didAsk := After(c.result.Header, time.Now())
	c.result.After = 0
	if c.result.Status >= 300 {
		c.result.After = asked
	}
	if c.err == nil && c.result.Status < 300 {
		c.policy.Budget.succeeded(retries)
		return false, nil
	}
	if ctx.Err() != nil || c.policy.verdict(c.outcome()) != Retry {
		return false, nil
	}
	c.wait = asked
	if !didAsk {
		c.wait = c.policy.backoff(retries + 1)
	}
	switch deadline, limited := ctx.Deadline(); {
	case retries >= c.policy.MaxRetries:
		attempt.Stopped = "no retry left"
	case c.wait > c.policy.MaxRetryAfter:
		attempt.Stopped = "the wait is too long"
	case limited && time.Until(deadline) <= c.wait:
		attempt.Stopped = "the wait does not fit the deadline"
	case !c.policy.Budget.take():
		attempt.Stopped = "the retry budget is empty"
	default:
		attempt.Wait = c.wait
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
func (c *call) finish(loopErr error) (Result, error) {
	var ofAttempt *url.Error // http.Client wraps what attempts return; the loop returns the context's error bare
	switch {
	case loopErr == nil:
		return c.result, nil
	case c.err == nil:
		return c.result, clean(context.Background(), loopErr)
	case errors.As(loopErr, &ofAttempt):
		return c.result, c.err
	}
	return c.result, fmt.Errorf("%w while waiting to try again after: %w", loopErr, c.err)
}
