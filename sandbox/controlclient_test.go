package sandbox_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// controlled is a world with a client of its control API, and a way to see which calls arrive.
func controlled(t *testing.T) (w *world, client *control.Client, calls func() []string) {
	t.Helper()
	w = setup(t)
	var mu sync.Mutex
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/_sandbox/"))
		mu.Unlock()
		w.gateways.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	client, err := control.New(server.URL)
	require.NoError(t, err)
	return w, client, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return seen
	}
}

// Every call of the control API has a method of the client, which returns what the sandbox's own
// method returns.
func TestControlClient(t *testing.T) {
	t.Parallel()
	const acme = "mer_acme_vitamins"
	covered := map[string]bool{}
	for route, use := range map[string]func(t *testing.T, w *world, c *control.Client){
		"GET sessions": func(t *testing.T, w *world, c *control.Client) {
			created := w.session(vora.SessionParams{})
			got, err := c.Sessions(t.Context())
			require.NoError(t, err)
			require.Equal(t, w.gateways.Sessions(), got)
			require.Equal(t, created.ID, got[0].ID)
			require.Equal(t, sdk.GatewayVora, got[0].Gateway)
			require.Equal(t, control.SessionPending, got[0].Status)
			require.Equal(t, created.CheckoutURL.Reveal(), got[0].CheckoutURL)
		},
		"POST sessions/{id}/refund": func(t *testing.T, w *world, c *control.Client) {
			paid := w.pay()
			refund, err := c.Refund(t.Context(), paid.ID, 500)
			require.NoError(t, err)
			require.Regexp(t, "^re_", refund.ID)
			require.EqualValues(t, 500, w.gateways.Sessions()[0].Refunded)
			require.EqualValues(t, 999, w.gateways.Sessions()[0].Refundable)
		},
		"GET requests": func(t *testing.T, w *world, c *control.Client) {
			w.session(vora.SessionParams{})
			got, err := c.Requests(t.Context())
			require.NoError(t, err)
			require.Len(t, got, 1)
			require.Equal(t, w.gateways.Requests()[0].ID, got[0].ID)
			require.Equal(t, w.gateways.Requests()[0].Duration, got[0].Duration)
		},
		"GET changes": func(t *testing.T, w *world, c *control.Client) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var numbers []int
			for n, err := range c.Changes(ctx) {
				if err != nil {
					require.ErrorIs(t, err, context.Canceled)
					break
				}
				if numbers = append(numbers, n); n == 2 {
					cancel()
					continue
				}
				w.session(vora.SessionParams{})
			}
			require.Equal(t, []int{1, 2}, numbers[:2])
		},
		"GET snapshot": func(t *testing.T, w *world, c *control.Client) {
			w.pay()
			w.clock.Advance(0)
			got, err := c.Snapshot(t.Context())
			require.NoError(t, err)
			require.Equal(t, w.gateways.Sessions(), got.Sessions)
			require.Len(t, got.Requests, 1)
			require.Equal(t, got.Requests[0].Number, got.Sessions[0].CreatedBy)
			require.Len(t, got.Deliveries, 1)
			require.Len(t, got.Merchants, 3)
			require.Equal(t, w.clock.Now(), got.At)
		},
		"GET identity": func(t *testing.T, w *world, c *control.Client) {
			got, err := c.ID(t.Context())
			require.NoError(t, err)
			require.NotEmpty(t, got)
			require.Equal(t, w.gateways.ID(), got)
		},
		"GET deliveries": func(t *testing.T, w *world, c *control.Client) {
			paid := w.pay()
			w.clock.Advance(0)
			_, err := w.gateways.Refund(paid.ID, 1)
			require.NoError(t, err)
			w.clock.Advance(0)
			got, err := c.Deliveries(t.Context(), control.DeliveryFilter{})
			require.NoError(t, err)
			require.Len(t, got, 2)
			require.Equal(t, w.gateways.Deliveries()[0].Body, got[0].Body)
			require.Equal(t, control.DeliveryAccepted, got[0].State)
			got, err = c.WaitDeliveries(t.Context(), control.DeliveryFilter{SessionID: paid.ID, Event: "refund.created"}, time.Minute)
			require.NoError(t, err)
			require.Len(t, got, 1)
			require.Equal(t, "refund.created", got[0].Event)
			got, err = c.WaitDeliveries(t.Context(), control.DeliveryFilter{SessionID: "vp_cs_test_nobody"}, time.Nanosecond)
			require.NoError(t, err)
			require.Empty(t, got)
		},
		"POST deliveries/faults": func(t *testing.T, w *world, c *control.Client) {
			require.NoError(t, c.InjectDeliveryFaults(t.Context(), control.DeliveryFaultDrop))
			w.pay()
			require.Equal(t, control.DeliveryFaultDrop, w.only().Attempts[0].Fault)
		},
		"GET deliveries/faults": func(t *testing.T, w *world, c *control.Client) {
			got, err := c.WaitingDeliveryFaults(t.Context())
			require.NoError(t, err)
			require.Equal(t, []control.DeliveryFault{}, got)
			require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDrop, control.DeliveryFaultDelay, control.DeliveryFaultDrop))
			w.pay()
			w.clock.Advance(0) // the first has happened
			got, err = c.WaitingDeliveryFaults(t.Context())
			require.NoError(t, err)
			require.Equal(t, []control.DeliveryFault{control.DeliveryFaultDelay, control.DeliveryFaultDrop}, got)
			require.Equal(t, w.gateways.WaitingDeliveryFaults(), got)
		},
		"DELETE deliveries/faults": func(t *testing.T, w *world, c *control.Client) {
			require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultDrop, control.DeliveryFaultDrop))
			w.pay()
			w.clock.Advance(0)
			require.NoError(t, c.ClearDeliveryFaults(t.Context()))
			require.Empty(t, w.gateways.WaitingDeliveryFaults())
			require.Empty(t, w.received(), "what has happened stays")
			w.clock.Advance(time.Second)
			require.Len(t, w.received(), 1, "the schedule goes on, and nothing goes wrong")
		},
		"POST deliveries/pause": func(t *testing.T, w *world, c *control.Client) {
			require.NoError(t, c.PauseDeliveries(t.Context()))
			w.pay()
			require.Empty(t, w.received())
		},
		"POST deliveries/resume": func(t *testing.T, w *world, c *control.Client) {
			w.gateways.PauseDeliveries()
			w.pay()
			require.NoError(t, c.ResumeDeliveries(t.Context()))
			require.Len(t, w.received(), 1)
		},
		"POST deliveries/{id}/resend": func(t *testing.T, w *world, c *control.Client) {
			w.pay()
			require.NoError(t, c.Resend(t.Context(), w.only().ID))
			require.Len(t, w.only().Attempts, 2)
		},
		"GET faults": func(t *testing.T, w *world, c *control.Client) {
			require.NoError(t, w.gateways.Inject(control.Fault{Route: "POST /v1/sessions", Share: 7, Code: sdk.CodeInternalError}))
			got, err := c.Faults(t.Context())
			require.NoError(t, err)
			require.Equal(t, w.gateways.Faults(), got)
		},
		"POST faults": func(t *testing.T, w *world, c *control.Client) {
			fault := control.Fault{Route: "POST /v1/sessions", Times: 2, Status: 503, Body: "<h1>", RetryAfter: "2", LatencyMS: 1}
			require.NoError(t, c.InjectFault(t.Context(), fault))
			require.Equal(t, []control.Fault{fault}, w.gateways.Faults())
		},
		"DELETE faults": func(t *testing.T, w *world, c *control.Client) {
			require.NoError(t, w.gateways.Inject(control.Fault{Hang: true}))
			require.NoError(t, c.ClearFaults(t.Context()))
			require.Empty(t, w.gateways.Faults())
		},
		"GET merchants": func(t *testing.T, w *world, c *control.Client) {
			got, err := c.Merchants(t.Context())
			require.NoError(t, err)
			require.Equal(t, w.gateways.Merchants(), got)
			require.Equal(t, w.shopURL+"/vora", got[0].Vora.WebhookURL)
		},
		"POST merchants/{id}/webhook": func(t *testing.T, w *world, c *control.Client) {
			require.NoError(t, c.SetWebhookURL(t.Context(), acme, c.SinkURL()))
			w.pay()
			require.Equal(t, c.SinkURL(), w.only().URL)
			require.Equal(t, control.DeliveryAccepted, w.only().State)
		},
		"POST merchants/{id}/webhook/divert": func(t *testing.T, w *world, c *control.Client) {
			require.NoError(t, c.DivertWebhooks(t.Context(), acme, c.SinkURL()))
			w.pay()
			require.Equal(t, c.SinkURL(), w.only().URL)
		},
		"POST merchants/{id}/webhook/restore": func(t *testing.T, w *world, c *control.Client) {
			require.NoError(t, w.gateways.DivertWebhooks(acme, c.SinkURL()))
			ended, err := c.RestoreWebhooks(t.Context(), acme, c.SinkURL())
			require.NoError(t, err)
			require.Equal(t, control.Diversion{Ended: true, WebhookURL: w.shopURL + "/vora"}, ended)
		},
		"POST merchants/{id}/rotate": func(t *testing.T, w *world, c *control.Client) {
			rotated, err := c.RotateKey(t.Context(), acme)
			require.NoError(t, err)
			now := w.gateways.Merchants()[0].Vora
			require.Equal(t, now.SecretKey, rotated.SecretKey)
			require.Equal(t, []control.RetiredKey{{SecretKey: sandbox.Acme.Vora.SecretKey, Until: w.clock.Now().Add(24 * time.Hour)}}, now.RetiredKeys)
		},
		"POST merchants/{id}/revoke": func(t *testing.T, w *world, c *control.Client) {
			_, err := w.gateways.RotateKey(acme)
			require.NoError(t, err)
			require.NoError(t, c.RevokeKeys(t.Context(), acme))
			require.Empty(t, w.gateways.Merchants()[0].Vora.RetiredKeys)
		},
		"GET clock": func(t *testing.T, w *world, c *control.Client) {
			clock, err := c.Clock(t.Context())
			require.NoError(t, err)
			require.Equal(t, w.clock.Now(), clock.Now)
		},
		"POST clock": func(t *testing.T, w *world, c *control.Client) {
			before := w.clock.Now()
			clock, err := c.Advance(t.Context(), 90*time.Minute)
			require.NoError(t, err)
			require.Equal(t, before.Add(90*time.Minute), clock.Now)
			require.Equal(t, w.clock.Now(), clock.Now)
		},
		"POST sink": func(t *testing.T, w *world, c *control.Client) {
			response, err := w.http.Post(c.SinkURL(), "application/json", strings.NewReader("{}"))
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusOK, response.StatusCode)
		},
	} {
		covered[route] = true
		t.Run(route, func(t *testing.T) {
			t.Parallel()
			w, client, calls := controlled(t)
			use(t, w, client)
			require.Regexp(t, "(?m)^"+strings.ReplaceAll(route, "{id}", "[^/]+")+"$", strings.Join(calls(), "\n"))
		})
	}
	for _, route := range routesOf(t) {
		require.True(t, covered[route], "no method of the client, or no test of it, for %q", route)
	}
}

// The page documents every call of the control API.
func TestControlRoutesAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(referencePage)
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "## The control API\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	for _, route := range routesOf(t) {
		require.Contains(t, section, "| `"+route, "%s does not document %q", referencePage, route)
	}
}

func routesOf(t *testing.T) []string {
	t.Helper()
	s, err := sandbox.New()
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s.ControlRoutes()
}

// The client repeats what the sandbox says about a rejected call.
func TestControlClientRejected(t *testing.T) {
	t.Parallel()
	w, client, _ := controlled(t)
	_, err := client.RotateKey(t.Context(), "mer_nobody/../clock")
	var rejected *control.Error
	require.ErrorAs(t, err, &rejected)
	require.Equal(t, http.StatusBadRequest, rejected.Status)
	require.Equal(t, "POST merchants/mer_nobody%2F..%2Fclock/rotate", rejected.Operation)
	require.Contains(t, rejected.Message, `unknown merchant "mer_nobody/../clock": the merchants are mer_acme_vitamins`)
	_, err = client.Advance(t.Context(), -time.Second)
	require.ErrorContains(t, err, "not negative")
	_, err = client.Refund(t.Context(), w.session(vora.SessionParams{}).ID, 1)
	require.ErrorContains(t, err, "only one that is succeeded can be refunded")
}
