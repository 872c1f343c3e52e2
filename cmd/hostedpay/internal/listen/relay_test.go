package listen

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/journal"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const key = "vp_sk_test_listen"

// What the gateway gets does not depend on which target responds first.
func TestTheWorstResponse(t *testing.T) {
	t.Parallel()
	of := func(status int, body string) forwarding {
		return forwarding{Forwarding: journal.Forwarding{Status: status}, response: endpoint.Response{Status: status, Body: []byte(body), Header: http.Header{}}}
	}
	none := forwarding{Forwarding: journal.Forwarding{Error: "timed out"}}
	vora := scheme.Claim{Gateway: "vora"}
	for name, c := range map[string]struct {
		from     scheme.Claim
		forwards []forwarding
		status   int
		body     string
	}{
		"nobody recognizes it": {scheme.Claim{Event: "session.succeeded"}, nil, 502, unrecognized},
		"it is wanted anyway":  {scheme.Claim{}, []forwarding{of(200, "a")}, 200, "a"},
		"nobody wants it":      {vora, nil, 200, acknowledged},
		"one":                  {vora, []forwarding{of(204, "")}, 204, ""},
		"all took it":          {vora, []forwarding{of(202, "a"), of(200, "b")}, 202, "a"},
		"a redirect":           {vora, []forwarding{of(200, "a"), of(302, "b")}, 302, "b"},
		"the first of equals":  {vora, []forwarding{of(200, "a"), of(500, "b"), of(503, "c")}, 500, "b"},
		"no response is worse": {vora, []forwarding{of(200, "a"), of(500, "b"), none}, 502, unanswered},
	} {
		response := responseFor(c.from, c.forwards)
		require.Equal(t, c.status, response.Status, name)
		require.Equal(t, c.body, string(response.Body), name)
	}
}

// A gateway that hangs up changes nothing for the targets, and is written down.
func TestTheGatewayHangsUp(t *testing.T) {
	t.Parallel()
	var got int
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		got++
		_, _ = io.WriteString(w, `{"received":true}`)
	}))
	t.Cleanup(shop.Close)
	targets, err := Targets([]string{shop.URL})
	require.NoError(t, err)
	var out bytes.Buffer
	r := &relay{Options: Options{Targets: targets, Journal: &journal.Journal{}}, ctx: t.Context(), end: func(error) {}, show: &printer{out: &out}}
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	r.ServeHTTP(httptest.NewRecorder(), webhookstest.Vora(key, webhookstest.SessionSucceeded()).WithContext(gone))
	require.Equal(t, 1, got)
	const shown = `^\S+ .*\n +→ \S+  200  [0-9.]+ms\n          the gateway hung up before it got the response\n$`
	require.Regexp(t, shown, out.String())
	out.Reset()
	r.ServeHTTP(brokenConnection{httptest.NewRecorder()}, webhookstest.Vora(key, webhookstest.SessionSucceeded()))
	require.Regexp(t, shown, out.String())
}

// A brokenConnection is one that breaks while the response is sent.
type brokenConnection struct{ *httptest.ResponseRecorder }

func (brokenConnection) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
