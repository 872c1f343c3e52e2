//go:build go1.26

package scenario_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A request whose time is over while it waits for a stream of an HTTP/2 connection was not sent.
func TestNoStreamIsFreeInTime(t *testing.T) {
	t.Parallel()
	for _, call := range []operation{createSession(), createCheckout(), getSession()} {
		t.Run(call.name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			arrived, release := make(chan struct{}), make(chan struct{})
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				if r.URL.Path == "/occupied" {
					close(arrived)
					<-release
				}
			}))
			server.EnableHTTP2 = true
			server.Config.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 1}
			server.StartTLS()
			t.Cleanup(server.Close)
			client := server.Client()
			client.Transport.(*http.Transport).HTTP2 = &http.HTTP2Config{StrictMaxConcurrentRequests: true}
			get := func(path string) {
				if response, err := client.Get(server.URL + path); err == nil {
					_ = response.Body.Close()
				}
			}
			get("/") // after the response, the client knows how many streams there are
			occupied := make(chan struct{})
			go func() {
				defer close(occupied)
				get("/occupied")
			}()
			<-arrived

			s := scenario{call: call}
			ctx, cancel := s.context(t)
			defer cancel(nil)
			r := s.run(ctx, client, sdk.WithBaseURL(server.URL), atOnce(), sdk.WithMaxRetries(1), sdk.WithAttemptTimeout(50*time.Millisecond))
			close(release)
			<-occupied
			var unknown *sdk.OutcomeUnknownError
			require.NotErrorAs(t, r.err, &unknown)
			var e *sdk.Error
			require.ErrorAs(t, r.err, &e)
			require.Contains(t, e.Message, "nothing was sent")
			require.Len(t, e.Attempts, 2, "it is safe to repeat, and is repeated")
			require.EqualValues(t, 2, asked.Load(), "the two that were made here")
		})
	}
}
