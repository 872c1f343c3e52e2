package webhooks_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// Over real connections, with the limit that the guide advises: about 200 posts of junk in a second
// for as long as it takes to deliver 20 events. Every event passes at its first delivery.
func TestJunkOverTheNetwork(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	taken := map[string]int{} // by session
	handler, err := webhooks.NewHandler(anyOf(t, schemes()...), func(_ context.Context, event webhooks.Event) error {
		mu.Lock()
		defer mu.Unlock()
		taken[event.Info().SessionID]++
		return nil
	}, webhooks.WithRateLimit(50, 200), webhooks.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	defer server.Close()
	post := func(delivery *http.Request) int {
		response, err := server.Client().Do(delivery)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}

	done := make(chan struct{})
	statuses := map[int]int{} // of junk
	var junk sync.WaitGroup
	junk.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			s := schemes()[n%len(schemes())]
			opt := webhookstest.WithoutSignature()
			if n%2 == 0 {
				opt = webhookstest.WithBodyAfterSigning([]byte(`{"event":"session.succeeded","sessionId":"vp_cs_test_0"}`))
			}
			response, err := server.Client().Do(s.sign(s.secret, s.body, webhookstest.At(signedAt()), webhookstest.To(server.URL), opt))
			if err != nil {
				t.Errorf("junk was not responded to: %v", err)
				return
			}
			_ = response.Body.Close()
			statuses[response.StatusCode]++
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	})
	stop := sync.OnceFunc(func() { close(done); junk.Wait() })
	defer stop()
	s := voraV1()
	for n := range 20 {
		body := webhookstest.SessionSucceeded(webhookstest.SessionID(fmt.Sprintf("vp_cs_test_%d", n)))
		require.Equal(t, http.StatusOK, post(s.sign(s.secret, body, webhookstest.At(signedAt()), webhookstest.To(server.URL))), "event %d", n)
		time.Sleep(100 * time.Millisecond)
	}
	stop()

	require.Len(t, taken, 20)
	for session, times := range taken {
		require.Equal(t, 1, times, session)
	}
	require.Zero(t, statuses[http.StatusOK])
	for status := range statuses {
		require.Contains(t, []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusTooManyRequests}, status)
	}
	t.Logf("junk by status: %v", statuses)
}
