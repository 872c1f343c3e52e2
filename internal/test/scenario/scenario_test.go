// Package scenario_test holds the public clients against scripted gateways: what they send, how
// often, when, and what the caller is told. One table, run twice: all of it in memory under a fake
// clock, and what is about connections over the loopback interface too.
package scenario_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A scenario is one call, and what happens to it. Each step of the script happens to one attempt:
// one attempt more or one less fails the test.
type scenario struct {
	name    string
	call    operation
	options []sdk.CreateOption // of the call
	script  []step

	deadline    time.Duration // of the context, from the call on; 0 means none, less means that it has passed
	cancelAfter time.Duration // when the caller gives up; 0 means never
	cancelCause error         // why
	cancelled   bool          // before the call

	want want
	wire bool // also over the loopback interface
}

// want is what the caller has at the end: a result, or an error.
type want struct {
	result string // what the operation says of it; empty means an error

	unknown    bool // *sdk.OutcomeUnknownError
	status     int
	code       sdk.Code
	assigned   bool // the code
	retryAfter time.Duration
	causes     []error // that errors.Is finds
	says       string  // in the message
	saysNot    string  // when not empty
	stopped    string  // why the last attempt was the last

	waits    []wait        // between attempts; by default the backoff's
	lasts    time.Duration // all attempts together
	givenUp  bool          // during a wait, when cancelAfter was over
	paths    []string      // of each request; by default the operation's
	recorded int           // attempts in the response or error; by default all
}

// A wait is how long a client may leave a gateway alone.
type wait struct{ least, most time.Duration }

func exactly(d time.Duration) wait { return wait{d, d} }
func upTo(d time.Duration) wait    { return wait{0, d} }

// backoff is the full jitter after the n-th failure.
func backoff(n int) wait { return upTo(min(500*time.Millisecond<<(n-1), 8*time.Second)) }

// fakeStart is when the fake clock of every scenario begins.
var fakeStart = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

func TestScenarios(t *testing.T) {
	t.Parallel()

	for _, s := range table() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				require.True(t, time.Now().Equal(fakeStart))
				g := &gateway{t: t, script: s.script}
				ctx, cancel := s.context(t)
				defer cancel(nil)
				if s.cancelAfter != 0 {
					defer time.AfterFunc(s.cancelAfter, func() { cancel(s.cancelCause) }).Stop()
				}
				r := s.run(ctx, &http.Client{Transport: s.held(t, g)})
				s.check(t, g, r)
				s.checkTimes(t, g, r)
			})
		})
	}
}

func TestScenarioNamesAreUnique(t *testing.T) {
	t.Parallel()

	seen := map[string]bool{}
	for _, s := range table() {
		require.False(t, seen[s.name], s.name)
		seen[s.name] = true
	}
}

// held holds every request to the contract of the gateway that the scenario calls.
func (s scenario) held(t *testing.T, next http.RoundTripper) http.RoundTripper {
	t.Helper()
	gateway, _, _ := strings.Cut(s.call.name, ".")
	return contracttest.Of(t, gateway).Requests(next)
}

// A run is what came of a call.
type run struct {
	outcome outcome
	err     error
	log     string
	began   time.Time
	ended   time.Time
}

// context is the caller's.
func (s scenario) context(t *testing.T) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(t.Context())
	if s.cancelled {
		cancel(s.cancelCause)
	}
	if s.deadline == 0 {
		return ctx, cancel
	}
	limited, release := context.WithTimeout(ctx, s.deadline)
	t.Cleanup(release)
	return limited, cancel
}

// run makes the call. options are the client's.
func (s scenario) run(ctx context.Context, client *http.Client, options ...sdk.ClientOption) run {
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	options = append([]sdk.ClientOption{sdk.WithBaseURL(s.call.server), sdk.WithHTTPClient(client), sdk.WithLogger(logger)}, options...)

	r := run{began: time.Now()}
	r.outcome, r.err = s.call.call(ctx, options, s.options)
	r.ended, r.log = time.Now(), log.String()
	return r
}
