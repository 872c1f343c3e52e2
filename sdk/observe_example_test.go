package sdk_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// pretend stands in for a gateway in the examples.
type pretend func(*http.Request) (status int, header http.Header, body string)

func (p pretend) RoundTrip(r *http.Request) (*http.Response, error) {
	status, header, body := p(r)
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/json")
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// client is a client of a gateway that always gives the same response.
func client(status int, header http.Header, body string, opts ...sdk.ClientOption) *vora.Client {
	gateway := pretend(func(*http.Request) (int, http.Header, string) { return status, header, body })
	client, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", append([]sdk.ClientOption{sdk.WithHTTPClient(&http.Client{Transport: gateway})}, opts...)...)
	if err != nil {
		panic(err)
	}
	return client
}

const (
	noSession      = `{"error":"No such session","code":"session_not_found"}`
	pendingSession = `{"id":"vp_cs_test_k3TqJ9xWz2LmN8pR","status":"pending","amount":1499,"currency":"USD"}`
	createdSession = `{"id":"vp_cs_test_k3TqJ9xWz2LmN8pR","checkoutUrl":"https://checkout.vonpay.com/c/vp_cs_test_k3TqJ9xWz2LmN8pR","expiresAt":"2040-04-21T13:48:14Z"}`
)

// What an error tracker gets: once for each call that failed for good, and nothing secret.
func ExampleWithErrorReporter() {
	shop := client(http.StatusNotFound, http.Header{"X-Request-Id": {"req_7Yh2kQ9wLp"}}, noSession,
		sdk.WithErrorReporter(func(_ context.Context, report sdk.ErrorReport) {
			fmt.Println(report.Operation, report.Method, report.URL)
			fmt.Println(report.Status, report.Code, report.RequestID, report.Attempt)
		}))
	_, err := shop.GetSession(context.Background(), "vp_cs_test_another")
	fmt.Println(err)
	// Output:
	// vora.GetSession GET https://checkout.vonpay.com/v1/sessions/vp_cs_test_another
	// 404 session_not_found req_7Yh2kQ9wLp 1
	// vora.GetSession: No such session (HTTP 404, session_not_found, request req_7Yh2kQ9wLp). Check the id and that the key belongs to the merchant and the mode that created the session.
}

// A metric of one's own. Module otelhostedpay has traces and metrics ready.
func ExampleWithObserver() {
	shop := client(http.StatusOK, nil, pendingSession,
		sdk.WithObserver(func(ctx context.Context, operation string) (context.Context, func(sdk.CallResult)) {
			start := time.Now()
			return ctx, func(result sdk.CallResult) {
				fmt.Println(operation, result.Response.Status, len(result.Response.Attempts), result.Err, time.Since(start) < time.Minute)
			}
		}))
	_, _ = shop.GetSession(context.Background(), "vp_cs_test_k3TqJ9xWz2LmN8pR")
	// Output: vora.GetSession 200 1 <nil> true
}

// roundTrip makes middleware of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func ExampleWithMiddleware() {
	counting := func(next http.RoundTripper) http.RoundTripper {
		attempts := 0
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			attempts++
			response, err := next.RoundTrip(r)
			fmt.Println("attempt", attempts, r.Method, r.URL.Path) // never the header: it has the key
			return response, err
		})
	}
	shop := client(http.StatusOK, nil, pendingSession, sdk.WithMiddleware(counting))
	for range 2 {
		_, _ = shop.GetSession(context.Background(), "vp_cs_test_k3TqJ9xWz2LmN8pR")
	}
	// Output:
	// attempt 1 GET /v1/sessions/vp_cs_test_k3TqJ9xWz2LmN8pR
	// attempt 2 GET /v1/sessions/vp_cs_test_k3TqJ9xWz2LmN8pR
}

func ExampleWithNoticeHandler() {
	announcement := http.Header{
		"Deprecation": {"true"}, "Sunset": {"Fri, 01 Jan 2027 00:00:00 GMT"}, "Link": {`<https://docs.example.com/next>; rel="deprecation"`},
	}
	shop := client(http.StatusOK, announcement, pendingSession, sdk.WithNoticeHandler(func(_ context.Context, notice sdk.Notice) {
		fmt.Println(notice.Operation, "works until", notice.Sunset.Format(time.DateOnly), notice.Link)
	}))
	for range 3 { // and is told once
		_, _ = shop.GetSession(context.Background(), "vp_cs_test_k3TqJ9xWz2LmN8pR")
	}
	// Output: vora.GetSession works until 2027-01-01 https://docs.example.com/next
}

func ExampleWithLogger() {
	withoutTimes := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "duration" {
			return slog.Attr{}
		}
		return a
	}}
	shop := client(http.StatusNotFound, nil, noSession, sdk.WithLogger(slog.New(slog.NewTextHandler(os.Stdout, withoutTimes))))
	_, _ = shop.GetSession(context.Background(), "vp_cs_test_another")
	// Output: level=WARN msg="gateway call failed" error.operation=vora.GetSession error.status=404 error.code=session_not_found error.next_action=fix_input error.attempts=1 outcome_unknown=false
}

// The key belongs to the purchase, and not to the call: whoever repeats the call gets the same
// session.
func ExampleWithIdempotencyKey() {
	shop := client(http.StatusCreated, nil, createdSession)
	purchase := vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com/thanks"}
	key := vora.IdempotencyKey("acme", "order-789012", 1)
	for range 2 {
		created, err := shop.CreateSession(context.Background(), purchase, sdk.WithIdempotencyKey(key))
		fmt.Println(created.ID, created.Replayed, err)
	}

	purchase.Amount = money.Minor(2499, "USD")
	_, err := shop.CreateSession(context.Background(), purchase, sdk.WithIdempotencyKey(key))
	fmt.Println(err)
	// Output:
	// vp_cs_test_k3TqJ9xWz2LmN8pR false <nil>
	// vp_cs_test_k3TqJ9xWz2LmN8pR true <nil>
	// vora.CreateSession: this client has used the idempotency key "acme_order-789012_1" for a purchase with other parameters; nothing was sent (idempotency_key_collision). Repeat the original body under this key, or use a new key for a new purchase (the next attempt).
}
