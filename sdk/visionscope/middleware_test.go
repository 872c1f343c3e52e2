package visionscope_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

// Nothing is known about what middleware sends by a client of its own, or without the request's
// context: a checkout is not created twice because of that.
func TestWhatMiddlewareSendsByItselfIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, middleware := range map[string]func(http.RoundTripper) http.RoundTripper{
		"by another transport": func(http.RoundTripper) http.RoundTripper {
			return transportFunc(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
		},
		"without the context": func(next http.RoundTripper) http.RoundTripper {
			return transportFunc(func(r *http.Request) (*http.Response, error) {
				return next.RoundTrip(r.WithContext(context.Background()))
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var creates, calls atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				creates.Add(1)
				panic(http.ErrAbortHandler)
			}))
			defer server.Close()
			counted := func(next http.RoundTripper) http.RoundTripper {
				return transportFunc(func(r *http.Request) (*http.Response, error) {
					calls.Add(1)
					return next.RoundTrip(r)
				})
			}
			client, err := visionscope.New("vsk_test_abcdefgh", sdk.WithBaseURL(server.URL), sdk.WithMiddleware(middleware, counted))
			require.NoError(t, err)
			_, err = client.CreateCheckout(t.Context(), visionscope.CheckoutParams{
				Amount: money.Minor(1000, "EUR"), WebhookURL: "https://shop.example.com/w", WebhookSecret: visionscope.NewWebhookSecret(), ReturnURL: "https://shop.example.com/r",
			})
			var unknown *sdk.OutcomeUnknownError
			require.ErrorAs(t, err, &unknown)
			require.EqualValues(t, 1, calls.Load())
			require.LessOrEqual(t, creates.Load(), int32(1))
		})
	}
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
