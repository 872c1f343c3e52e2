package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// roundTripper is a transport for examples.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func ExampleAfter() {
	now := time.Date(2026, time.April, 21, 13, 18, 14, 0, time.UTC)
	for _, value := range []string{"30", "Tue, 21 Apr 2026 13:19:14 GMT", "99999999999999999999", "1.5"} {
		wait, ok := retry.After(http.Header{"Retry-After": {value}}, now)
		fmt.Println(wait, ok)
	}
	// Output:
	// 30s true
	// 1m0s true
	// 2562047h47m16.854775807s true
	// 0s false
}

// The policy alone, for a request of one's own.
func ExamplePolicy_Do() {
	responses := []int{http.StatusTooManyRequests, http.StatusCreated}
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		status := responses[0]
		responses = responses[1:]
		body, _ := io.ReadAll(r.Body)
		fmt.Printf("%s %s: %d\n", r.Header.Get("Idempotency-Key"), body, status)
		return &http.Response{StatusCode: status, Body: http.NoBody}, nil
	})

	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://gateway.example.com/v1/sessions", strings.NewReader(`{"amount":1499}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	request.Header.Set("Idempotency-Key", "acme_order-789012_1")

	policy := retry.Default()
	policy.BaseDelay = time.Millisecond
	result, err := policy.Do(&http.Client{Transport: transport}, request, retry.Idempotent)
	fmt.Println(result.Status, len(result.Attempts), result.Uncertain, err)
	// Output:
	// acme_order-789012_1 {"amount":1499}: 429
	// acme_order-789012_1 {"amount":1499}: 201
	// 201 2 false <nil>
}

// A request that must not be done twice is not sent again when nobody knows what became of it.
func ExampleOnce() {
	transport := roundTripper(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://gateway.example.com/charge", strings.NewReader("{}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := retry.Default().Do(&http.Client{Transport: transport}, request, retry.Once)
	fmt.Println(len(result.Attempts), result.Uncertain, errors.Is(err, io.ErrUnexpectedEOF))
	// Output: 1 true true
}

// A predicate of one's own comes before the standard ones.
func ExamplePredicates() {
	notFoundYet := func(o retry.Outcome) retry.Verdict {
		if o.Status == http.StatusNotFound {
			return retry.Retry
		}
		return retry.Unsure
	}
	policy := retry.Default()
	policy.BaseDelay = time.Millisecond
	policy.Predicates = append([]retry.Predicate{notFoundYet}, retry.Predicates()...)

	transport := roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody}, nil
	})
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://gateway.example.com/v1/sessions/1", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := policy.Do(&http.Client{Transport: transport}, request, retry.Idempotent)
	fmt.Println(result.Status, len(result.Attempts), err)
	// Output: 404 3 <nil>
}

// All requests of a client share a budget, so that a gateway that is down is not flooded too.
func ExampleBudget() {
	policy := retry.Policy{MaxRetries: 2, Budget: retry.NewBudget(3 * retry.Cost)}
	transport := roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody}, nil
	})
	for range 3 {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://gateway.example.com/", nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		result, err := policy.Do(&http.Client{Transport: transport}, request, retry.Idempotent)
		last := result.Attempts[len(result.Attempts)-1]
		fmt.Println(len(result.Attempts), last.Stopped, err)
	}
	// Output:
	// 3 no retry left <nil>
	// 2 the retry budget is empty <nil>
	// 1 the retry budget is empty <nil>
}

// A client's policy can be replaced, here so that a test of the shop's own does not wait in real
// time.
func ExampleWithPolicy() {
	policy := retry.Default()
	policy.MaxRetries, policy.BaseDelay, policy.MaxDelay = 4, time.Millisecond, 5*time.Millisecond
	gateway := roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody}, nil
	})
	client, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", retry.WithPolicy(policy), sdk.WithHTTPClient(&http.Client{Transport: gateway}))
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = client.GetSession(context.Background(), "vp_cs_test_k3TqJ9xWz2LmN8pR")
	var e *sdk.Error
	if errors.As(err, &e) {
		fmt.Println(e.Status, len(e.Attempts))
	}
	// Output: 503 5
}
