package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
)

// Of a delivery that is resent many times, the last attempts are kept.
func TestTheOldestAttemptsAreForgotten(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.pay()
	id := w.only().ID
	for range 60 {
		w.clock.Advance(time.Second)
		require.NoError(t, w.gateways.Resend(id))
	}
	attempts := w.only().Attempts
	require.Len(t, attempts, 50)
	require.Equal(t, w.clock.Now(), attempts[49].At)
	require.Equal(t, w.clock.Now().Add(-49*time.Second), attempts[0].At)
}

// readFrom reads a session from an address of its own, and returns the status.
func (c *crowd) readFrom(address int) int {
	r := httptest.NewRequest(http.MethodGet, "/v1/sessions/vp_cs_test_nobody", nil)
	r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:4711", address>>16&255, address>>8&255, address&255)
	w := httptest.NewRecorder()
	c.s.ServeHTTP(w, r)
	return w.Code
}

// However many addresses call, none gets around its limit.
func TestLimitsOfAllAreKept(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, sandbox.WithRateLimits())
	for range 30 {
		require.Equal(t, http.StatusUnauthorized, c.readFrom(0))
	}
	for address := range 10_010 {
		c.readFrom(1 + address)
	}
	require.Equal(t, http.StatusTooManyRequests, c.readFrom(0))
}

// Addresses that have not called for a while are forgotten.
func TestLimitsOfTheIdleAreForgotten(t *testing.T) { //nolint:paralleltest // it measures the process
	if raceDetector {
		t.Skip("the race detector needs memory of its own")
	}
	c := newCrowd(t, sandbox.WithRateLimits())
	held := func(from, to int) float64 {
		for address := from; address < to; address++ {
			c.readFrom(address)
			c.s.Clock().Advance(10 * time.Millisecond)
		}
		return heap()
	}
	early := held(0, 20_000)
	late := held(20_000, 70_000)
	require.Less(t, late-early, 4.0, "MiB; 50,000 addresses take more than 6 if none is forgotten")
	runtime.KeepAlive(c)
}
