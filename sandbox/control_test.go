package sandbox_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// steer calls the control API and decodes its response.
func (w *world) steer(method, path, body string, into any) {
	w.t.Helper()
	status, _, text := w.api(method, "/_sandbox/"+path, body, "Content-Type", "application/json")
	require.Equal(w.t, http.StatusOK, status, text)
	if into != nil {
		require.NoError(w.t, json.Unmarshal([]byte(text), into), text)
	}
}

// The control API can do everything that Go can.
func TestControl(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.pay()

	var deliveries []control.Delivery
	w.clock.Advance(0)
	w.steer(http.MethodGet, "deliveries", "", &deliveries)
	require.Len(t, deliveries, 1)
	require.Equal(t, w.gateways.Deliveries()[0].Body, deliveries[0].Body)
	require.Equal(t, http.StatusOK, deliveries[0].Attempts[0].Status)

	var refund struct{ RefundID string }
	w.steer(http.MethodPost, "sessions/"+created.ID+"/refund", `{"amount":500}`, &refund)
	require.Regexp(t, "^re_", refund.RefundID)
	require.Equal(t, []string{"session.succeeded", "refund.created"}, w.types())

	var clock struct{ Now time.Time }
	before := w.clock.Now()
	w.steer(http.MethodPost, "clock", `{"advance":"1h30m"}`, &clock)
	require.Equal(t, before.Add(90*time.Minute), clock.Now)

	w.steer(http.MethodPost, "deliveries/pause", `{}`, nil)
	w.pay()
	require.Len(t, w.received(), 2)
	w.steer(http.MethodPost, "deliveries/faults", `{"faults":["delay"]}`, nil)
	w.steer(http.MethodPost, "deliveries/resume", `{}`, nil)
	require.Len(t, w.received(), 2)
	w.clock.Advance(10 * time.Second)
	require.Len(t, w.received(), 3)
	w.steer(http.MethodPost, "deliveries/"+deliveries[0].ID+"/resend", `{}`, nil)
	w.clock.Advance(0)
	require.Len(t, w.gateways.Deliveries()[0].Attempts, 2)

	w.steer(http.MethodPost, "merchants/"+sandbox.Acme.ID+"/webhook", `{"url":""}`, nil)
	w.pay()
	require.Equal(t, control.DeliveryUnsent, w.gateways.Deliveries()[3].State)

	var faults []control.Fault
	w.steer(http.MethodPost, "faults", `{"route":"POST /v1/sessions","code":"provider_unavailable"}`, nil)
	w.steer(http.MethodGet, "faults", "", &faults)
	require.Equal(t, w.gateways.Faults(), faults)
	require.Error(t, w.create())
	w.steer(http.MethodDelete, "faults", "", nil)
	require.NoError(t, w.create())

	var key struct{ SecretKey string }
	var merchants []control.Merchant
	w.steer(http.MethodPost, "merchants/"+sandbox.Acme.ID+"/rotate", `{}`, &key)
	w.steer(http.MethodPost, "merchants/"+sandbox.Acme.ID+"/revoke", `{}`, nil)
	w.steer(http.MethodGet, "merchants", "", &merchants)
	require.Equal(t, key.SecretKey, merchants[0].Vora.SecretKey)
	require.NoError(t, w.try(key.SecretKey, created.ID))
	require.Error(t, w.try(sandbox.Acme.Vora.SecretKey, created.ID))

	var sessions []control.Session
	w.steer(http.MethodGet, "sessions", "", &sessions)
	require.Equal(t, created.ID, sessions[0].ID)
	require.EqualValues(t, 500, sessions[0].Refunded)
	require.Equal(t, created.CheckoutURL.Reveal(), sessions[0].CheckoutURL)
}

func TestControlRejectsInvalidCalls(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{})
	for path, bodies := range map[string][]string{
		"clock":                              {`{"advance":"-1s"}`, `{"advance":"soon"}`, `{}`, ``, `{"advance":"1s","by":2}`, `{"advance":"2000000h"}`},
		"sessions/" + created.ID + "/refund": {`{"amount":1}`},
		"sessions/vp_cs_test_nobody/refund":  {`{"amount":1}`},
		"faults":                             {`{}`, `{"code":"nonsense"}`, `{"satus":503}`},
		"deliveries/faults":                  {`{"faults":["lose"]}`},
		"deliveries/dlv_0/resend":            {`{}`},
		"merchants/mer_nobody/rotate":        {`{}`},
		"merchants/mer_nobody/revoke":        {`{}`},
		"merchants/mer_nobody/webhook":       {`{"url":""}`},
	} {
		for _, body := range bodies {
			status, _, text := w.api(http.MethodPost, "/_sandbox/"+path, body, "Content-Type", "application/json")
			require.Equal(t, http.StatusBadRequest, status, "%s %s: %s", path, body, text)
			require.Contains(t, text, `"error":`, path)
		}
		// What a form of another origin can send.
		status, _, _ := w.api(http.MethodPost, "/_sandbox/"+path, bodies[0], "Content-Type", "text/plain")
		require.Equal(t, http.StatusUnsupportedMediaType, status, path)
	}
	for _, wait := range []string{"soon", "5"} {
		status, _, text := w.api(http.MethodGet, "/_sandbox/deliveries?wait="+wait, "")
		require.Equal(t, http.StatusBadRequest, status)
		require.Contains(t, text, "such as 10s")
	}
	_, err := w.gateways.RotateKey("mer_nobody")
	require.ErrorContains(t, err, "the merchants are mer_acme_vitamins, mer_brightline_saas, mer_cobalt_coaching")
	require.Empty(t, w.received())
}

// A refund cannot exceed what was paid, nor be negative.
func TestControlRejectsRefunds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.pay()
	for _, amount := range []string{"-1", "1500"} {
		status, _, text := w.api(http.MethodPost, "/_sandbox/sessions/"+created.ID+"/refund", `{"amount":`+amount+`}`, "Content-Type", "application/json")
		require.Equal(t, http.StatusBadRequest, status)
		require.Contains(t, text, amount+" minor units cannot be refunded: 1499 are left")
	}
	require.Zero(t, w.gateways.Sessions()[0].Refunded)
	w.steer(http.MethodPost, "sessions/"+created.ID+"/refund", `{"amount":1499}`, nil)
}

// An unknown call gets an error that says where to look.
func TestControlExplainsItself(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for call, want := range map[string]int{
		"GET ": 404, "GET nonsense": 404, "POST session": 404, "PUT faults": 405, "GET clock/now": 404, "DELETE clock": 405,
	} {
		method, path, _ := strings.Cut(call, " ")
		status, header, text := w.api(method, "/_sandbox/"+path, "")
		require.Equal(t, want, status, call)
		require.Equal(t, "application/json", header.Get("Content-Type"), call)
		require.Equal(t, want == http.StatusMethodNotAllowed, header.Get("Allow") != "", call)
		require.JSONEq(t, `{"error":"the control API has no `+method+` /_sandbox/`+path+`: GET / is the dashboard, and docs/sandbox-reference.md lists the calls"}`, text)
	}
}

// A body that cannot be read gets no 2xx.
func TestUnreadableBody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(w.uncontracted(), "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	_, err = io.WriteString(connection, "POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
	require.NoError(t, err)
	got, _ := io.ReadAll(connection) // the end may be a reset
	require.Empty(t, string(got))
}

func TestControlFindsDeliveries(t *testing.T) {
	t.Parallel()
	w := setup(t)
	first, second := w.pay(), w.pay()
	_, err := w.gateways.Refund(second.ID, 1)
	require.NoError(t, err)
	w.clock.Advance(0)
	for query, want := range map[string]int{
		"": 3, "?session=" + first.ID: 1, "?session=" + second.ID: 2, "?session=" + second.ID + "&event=refund.created": 1,
		"?event=session.succeeded": 2, "?session=nobody": 0, "?session=" + first.ID + "&wait=10s": 1, "?session=nobody&wait=0s": 0,
	} {
		found := []control.Delivery{{}}
		w.steer(http.MethodGet, "deliveries"+query, "", &found)
		require.Len(t, found, want, query)
		require.NotNil(t, found, query)
	}
}

// The response waits for the event, and not for a fixed time.
func TestControlWaitsForDeliveries(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.checkout(money.MustParse("10", "EUR"))
	responded := make(chan string)
	response, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/_sandbox/deliveries?wait=1m&session="+created.ID, nil)
	require.NoError(t, err)
	go func() {
		defer close(responded)
		got, err := w.http.Do(response)
		if err != nil {
			return
		}
		defer got.Body.Close()
		var found []control.Delivery
		if json.NewDecoder(got.Body).Decode(&found) == nil && len(found) == 1 {
			responded <- string(found[0].State)
		}
	}()
	w.press(created.CheckoutURL, "pay")
	select {
	case <-responded:
		require.Fail(t, "it responded before the event was due")
	default:
	}
	w.clock.Advance(2 * time.Second)
	require.Equal(t, "accepted", <-responded)
}

func TestControlSink(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.NoError(t, w.gateways.SetWebhookURL(sandbox.Acme.ID, w.url+"/_sandbox/sink"))
	w.pay()
	require.Equal(t, control.DeliveryAccepted, w.only().State)
}

// The stream of changes has an event when something happens.
func TestControlStreamsChanges(t *testing.T) {
	t.Parallel()
	w := setup(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/_sandbox/changes", nil)
	require.NoError(t, err)
	response, err := w.http.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
	lines := bufio.NewScanner(response.Body)
	next := func() string {
		for lines.Scan() {
			if data, found := strings.CutPrefix(lines.Text(), "data: "); found {
				return data
			}
		}
		return ""
	}
	require.Equal(t, "1", next(), "what there is already")
	w.session(vora.SessionParams{})
	require.Equal(t, "2", next())
}

// The journal has everything that is needed to see what a client did, and no API key.
func TestRequestsAreLogged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{})
	w.checkout(money.MustParse("10", "EUR"))
	_, _ = w.vora.GetSession(t.Context(), "vp_cs_test_nobody")
	log := w.gateways.Requests()
	require.Len(t, log, 3)
	require.Equal(t, created.Response.RequestID, log[0].ID)
	require.Equal(t, created.Response.IdempotencyKey, log[0].IdempotencyKey)
	require.Equal(t, vora.APIVersion, log[0].Version)
	require.Equal(t, http.StatusCreated, log[0].Status)
	require.Contains(t, log[0].Body, `"amount":1499`)
	require.Contains(t, log[0].Response, created.ID)
	require.Contains(t, log[0].UserAgent, "hostedpay-go/")
	require.Equal(t, sdk.GatewayVisionScope, log[1].Gateway)
	for _, r := range log {
		require.Equal(t, sandbox.Acme.ID, r.MerchantID)
	}
	require.Equal(t, "/v1/sessions/vp_cs_test_nobody", log[2].Path)
	require.Equal(t, http.StatusNotFound, log[2].Status)
	text, err := json.Marshal(log)
	require.NoError(t, err)
	require.NotContains(t, string(text), sandbox.Acme.Vora.SecretKey)
	require.NotContains(t, string(text), sandbox.Acme.VisionScope.APIKey)
}

// A list without elements is a list: a program in any language loops over it.
func TestEmptyListsAreLists(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, path := range []string{"sessions", "requests", "deliveries", "deliveries?session=none", "deliveries/faults", "faults"} {
		status, body := w.control(http.MethodGet, "/_sandbox/"+path, "")
		require.Equal(t, http.StatusOK, status, path)
		require.Equal(t, "[]\n", body, path)
	}
	status, body := w.control(http.MethodGet, "/_sandbox/snapshot", "")
	require.Equal(t, http.StatusOK, status)
	require.NotContains(t, body, "null")

	w.gateways.PauseDeliveries()
	w.pay()
	_, body = w.control(http.MethodGet, "/_sandbox/deliveries", "")
	require.Contains(t, body, `"attempts":[]`)
}
