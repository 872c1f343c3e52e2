package retry_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// attempts sends one request under the policy to a server that responds as given, and counts.
func attempts(t *testing.T, policy retry.Policy, statuses ...int) int {
	t.Helper()
	s := &server{}
	for _, code := range statuses {
		s.responses = append(s.responses, status(code))
	}
	_, err := policy.Do(over(s), post(t.Context(), t), retry.Idempotent)
	require.NoError(t, err)
	return len(s.times)
}

func TestBudgetBoundsRetriesAcrossRequests(t *testing.T) {
	t.Parallel()

	policy := retry.Policy{MaxRetries: 2, Budget: retry.NewBudget(3 * retry.Cost)}
	require.Equal(t, 3, attempts(t, policy, 503))
	require.Equal(t, 2, attempts(t, policy, 503), "one retry was left")
	require.Equal(t, 1, attempts(t, policy, 503), "a first attempt is always made")

	for range retry.Cost {
		require.Equal(t, 1, attempts(t, policy, 200))
	}
	require.Equal(t, 2, attempts(t, policy, 503), "that many successes earn one retry")
	require.Equal(t, 1, attempts(t, policy, 503))
}

func TestBudgetIsGivenBackByARetryThatSucceeds(t *testing.T) {
	t.Parallel()

	policy := retry.Policy{MaxRetries: 2, Budget: retry.NewBudget(retry.Cost)}
	for range 10 {
		require.Equal(t, 2, attempts(t, policy, 503, 200))
	}
	require.Equal(t, 2, attempts(t, policy, 503))
}

func TestBudgetNeverExceedsItsSize(t *testing.T) {
	t.Parallel()

	policy := retry.Policy{MaxRetries: 9, Budget: retry.NewBudget(2 * retry.Cost)}
	for range 100 {
		attempts(t, policy, 200)
	}
	require.Equal(t, 3, attempts(t, policy, 503))
}

// What a transport sends again by itself costs a retry, which a success gives back.
func TestBudgetOfWhatATransportSendsAgain(t *testing.T) {
	t.Parallel()
	address := listen(t, func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		reader := bufio.NewReader(conn)
		if _, err := http.ReadRequest(reader); err == nil { // the second request gets no response
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			_, _ = http.ReadRequest(reader)
		}
	})
	policy := quick
	policy.Budget = retry.NewBudget(2 * retry.Cost)
	client, resent := over(ownTransport(t)), 0
	for range 20 {
		result, err := policy.Do(client, requestTo(t.Context(), t, http.MethodGet, "http://"+address, nil), retry.Idempotent)
		require.NoError(t, err)
		resent += len(result.Attempts) - 1
	}
	require.Greater(t, resent, 5)
	require.Equal(t, 3, attempts(t, retry.Policy{MaxRetries: 5, Budget: policy.Budget}, 503), "both retries are left")
}

func TestBudgetSaysThatItIsEmpty(t *testing.T) {
	t.Parallel()

	policy := retry.Policy{MaxRetries: 2, Budget: retry.NewBudget(0)}
	result, err := policy.Do(over(responding(status(503))), post(t.Context(), t), retry.Idempotent)
	require.NoError(t, err)
	require.Equal(t, 503, result.Status)
	require.Equal(t, "the retry budget is empty", result.Attempts[0].Stopped)
}

func TestBudgetIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()

	const size = 10
	policy := retry.Policy{MaxRetries: 1, Budget: retry.NewBudget(size * retry.Cost)}
	var all sync.WaitGroup
	var mu sync.Mutex
	var sent int
	for range 50 {
		all.Go(func() {
			n := attempts(t, policy, 503)
			mu.Lock()
			defer mu.Unlock()
			sent += n
		})
	}
	all.Wait()
	require.Equal(t, 50+size, sent)
}
