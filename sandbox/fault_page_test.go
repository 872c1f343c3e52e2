package sandbox_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// Faults happen to the buyer's pages too, asked for by header or by route.
func TestFaultsOfPages(t *testing.T) {
	t.Parallel()
	for fault, c := range map[string]struct {
		status int // of the response, 0 for none
		broken error
		paid   bool
	}{
		"status=502; body=<h1>Bad%20Gateway</h1>": {http.StatusBadGateway, nil, false},
		"resetBefore":               {0, syscall.ECONNRESET, false},
		"resetAfter":                {0, syscall.ECONNRESET, true},
		"truncate":                  {http.StatusSeeOther, io.ErrUnexpectedEOF, true},
		"latencyMs=1; retryAfter=7": {http.StatusSeeOther, nil, true},
	} {
		for _, gateway := range []string{"vora", "visionscope"} {
			for _, way := range []string{"header", "route"} {
				t.Run(gateway+" "+fault+" by "+way, func(t *testing.T) {
					t.Parallel()
					w := setup(t)
					address := w.checkout(money.MustParse("10", "EUR")).CheckoutURL.Reveal()
					if gateway == "vora" {
						address = w.session(vora.SessionParams{}).CheckoutURL.Reveal()
					}
					wish := fault
					if way == "route" {
						f, err := control.ParseFault("times=1; route=POST " + strings.TrimPrefix(address, w.url) + "; " + fault)
						require.NoError(t, err)
						require.NoError(t, w.gateways.Inject(f))
						wish = ""
					}
					header, status, body, err := w.ask(http.MethodPost, address, wish, "action=pay")
					require.Equal(t, c.status, status)
					if c.broken == nil {
						require.NoError(t, err)
					} else {
						require.ErrorIs(t, err, c.broken)
					}
					if status == http.StatusBadGateway {
						require.Equal(t, "<h1>Bad Gateway</h1>", body)
						require.Equal(t, "text/html; charset=utf-8", header.Get("Content-Type"))
					}
					sessions := w.gateways.Sessions()
					require.Equal(t, c.paid, sessions[len(sessions)-1].Status == "succeeded")
					require.Empty(t, w.gateways.Faults(), "it has happened")
				})
			}
		}
	}
}

// A truncated page has half of its HTML.
func TestTruncatedPage(t *testing.T) {
	t.Parallel()
	w := setup(t)
	address := w.session(vora.SessionParams{}).CheckoutURL.Reveal()
	_, _, all, err := w.ask(http.MethodGet, address, "", "")
	require.NoError(t, err)
	_, status, half, err := w.ask(http.MethodGet, address, "truncate", "")
	require.Equal(t, http.StatusOK, status)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NotEmpty(t, half)
	require.Less(t, len(half), len(all))
}

// A fault without a route applies to the APIs alone, and a page has no error codes.
func TestFaultsThatPagesDoNotHave(t *testing.T) {
	t.Parallel()
	w := setup(t)
	address := w.session(vora.SessionParams{}).CheckoutURL.Reveal()
	require.NoError(t, w.gateways.Inject(control.Fault{Status: http.StatusServiceUnavailable}))
	_, status, _, err := w.ask(http.MethodGet, address, "", "")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	_, status, body, err := w.ask(http.MethodPost, address, "code=internal_error", "action=pay")
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "a hosted page sends no error codes, use a status with a body")
	require.Equal(t, control.SessionPending, w.gateways.Sessions()[0].Status)
}

// A buyer who leaves while the page is slow has not paid, and no goroutine is left waiting.
func TestABuyerWhoHasGoneHasNotPaid(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]control.Fault{"slow": {LatencyMS: 60_000}, "hanging": {Hang: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := sandbox.New()
			require.NoError(t, err)
			t.Cleanup(s.Close)
			f.Route = "POST /c/"
			require.NoError(t, s.Inject(f))
			id := (&crowd{t: t, s: s}).create("acme_order-1_1")
			reached, left := make(chan struct{}), make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(left)
				close(reached)
				s.ServeHTTP(w, r)
			}))
			t.Cleanup(server.Close)
			ctx, leave := context.WithCancel(t.Context())
			go func() {
				<-reached
				leave()
			}()
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/c/"+id, strings.NewReader("action=pay"))
			require.NoError(t, err)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			response, err := server.Client().Do(r)
			if err == nil {
				require.NoError(t, response.Body.Close())
			}
			require.ErrorIs(t, err, context.Canceled)
			<-left
			require.Equal(t, control.SessionPending, s.Sessions()[0].Status)
		})
	}
}
