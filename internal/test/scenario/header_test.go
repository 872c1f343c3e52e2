package scenario_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// huge are the strings that a response's header brings, each far longer than any that a gateway
// sends.
func huge() []string {
	of := func(size int) string { return strings.Repeat("x", size) }
	return []string{
		"X-Request-Id", of(800_000), "Von-Pay-Version", "1" + of(100_000), "Von-Pay-Latest-Version", "2" + of(100_000),
		"Deprecation", of(100_000), "Sunset", of(100_000), "Link", "<https://docs.example.com/" + of(800_000) + `>; rel="deprecation"`,
		"Retry-After", of(100_000), "X-RateLimit-Limit", of(100_000), "X-RateLimit-Reset", of(100_000), "X-RateLimit-Remaining", of(100_000),
		"Content-Type", "text/" + of(100_000),
	}
}

// Nothing that a header says makes an error, a result or a log line long.
func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	const most = 4 << 10
	for _, call := range []operation{createSession(), getSession(), createCheckout()} {
		for name, answer := range map[string]step{
			"an error":   response(400, `{"error":"no"}`, huge()...),
			"a page":     page(500).with(huge()...),
			"unreadable": response(200, "?", huge()...),
			"a result":   map[string]step{"GET": succeeded(), "POST": created()}[call.method].with(huge()...),
		} {
			if call.name == createCheckout().name && name == "a result" {
				answer = checkout().with(huge()...)
			}
			t.Run(call.name+": "+name, func(t *testing.T) {
				t.Parallel()
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body) // a connection that closes over an unread body loses the response
					answer.write(w, 1)
				}))
				t.Cleanup(server.Close)
				var noticed []sdk.Notice
				s := scenario{call: call}
				ctx, cancel := s.context(t)
				defer cancel(nil)
				r := s.run(ctx, newConnections(), sdk.WithBaseURL(server.URL), sdk.WithMaxRetries(0),
					sdk.WithNoticeHandler(func(_ context.Context, n sdk.Notice) { noticed = append(noticed, n) }))
				for line := range strings.Lines(r.log) {
					require.LessOrEqual(t, len(line), most)
				}
				require.Len(t, noticed, 1, "%v", r.err)
				attempts := r.outcome.response.Attempts
				var e *sdk.Error
				if name != "a result" {
					require.ErrorAs(t, r.err, &e)
					attempts = e.Attempts
				} else {
					require.NoError(t, r.err)
				}
				require.Len(t, attempts, 1)
				for _, kept := range []any{noticed[0], e, attempts, r.outcome.response} {
					encoded, err := json.Marshal(kept)
					require.NoError(t, err)
					require.LessOrEqual(t, len(encoded), most)
					require.LessOrEqual(t, len(fmt.Sprintf("%+v", kept)), most)
				}
			})
		}
	}
}

// A notice that is remembered keeps nothing of the response that it came with: its link is a part
// of a header that may be long. The test runs alone, because it weighs the process.
func TestRememberedNoticesWeighNothing(t *testing.T) { //nolint:paralleltest // see above
	if testing.Short() {
		t.Skip("what is bounded is filled where there is no -short")
	}
	const notices, padding = 60, 700_000
	var n atomic.Int64
	long := strings.Repeat("x", padding)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		succeeded().with("Deprecation", "true", "Link", fmt.Sprintf(`<https://docs.example.com/%d>; rel="deprecation"; title="%s"`, n.Add(1), long)).write(w, 1)
	}))
	t.Cleanup(server.Close)
	told := 0
	client, err := vora.New(voraKey, sdk.WithBaseURL(server.URL), sdk.WithHTTPClient(newConnections()),
		sdk.WithNoticeHandler(func(context.Context, sdk.Notice) { told++ }))
	require.NoError(t, err)
	before := inUse()
	for range notices {
		_, err := client.GetSession(t.Context(), sessionID)
		require.NoError(t, err)
	}
	require.Equal(t, notices, told)
	require.Less(t, inUse()-before, int64(notices*padding/4))
	runtime.KeepAlive(client)
}

// inUse is how many bytes of memory are in use.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
