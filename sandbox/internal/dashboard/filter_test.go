package dashboard_test

import (
	"fmt"
	"html"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/dashboard"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// two is a dashboard with two purchases: the response to the create of the second was lost once.
func two(t *testing.T) dashboard.View {
	t.Helper()
	v := full()
	v.Sessions, v.Requests, v.Deliveries = nil, nil, nil
	request := func(number int64, key, response string) {
		v.Requests = append([]control.Request{{
			Number: number, Gateway: sdk.GatewayVora, MerchantID: "mer_acme", At: v.Now.Add(1), Method: "POST", Path: "/v1/sessions",
			IdempotencyKey: key, Status: 201, Response: response,
		}}, v.Requests...)
	}
	for i, id := range []string{"vp_cs_test_a", "vp_cs_test_b"} {
		key := fmt.Sprintf("order-%d", i)
		v.Sessions = append(v.Sessions, control.Session{
			ID: id, Gateway: sdk.GatewayVora, MerchantID: "mer_acme", Status: control.SessionSucceeded, CreatedBy: int64(10 * (i + 1)), IdempotencyKey: key,
			Description: "Order of " + id[len(id)-1:], CreatedAt: v.Now, Refundable: 1,
		})
		request(int64(10*(i+1)), key, "")
		request(int64(10*(i+1)+1), key, `{"id":"`+id+`"}`)
		v.Deliveries = append(v.Deliveries, control.Delivery{ID: "dlv_" + id, SessionID: id, Event: "session.succeeded", State: control.DeliveryAccepted})
	}
	v.SessionCount, v.RequestCount, v.DeliveryCount = 2, 4, 2
	return v
}

// One press leads from a session to its requests, also those whose response was lost, and its
// deliveries.
func TestTraceOfASession(t *testing.T) {
	t.Parallel()
	v := two(t)
	require.Contains(t, values(render(t, v), "href"), "/?q=vp_cs_test_b")
	v.Filter = "vp_cs_test_b"
	document := render(t, v)
	seen := text(document)
	require.Contains(t, seen, "Only what contains vp_cs_test_b is shown.")
	require.Contains(t, seen, "Sessions 1")
	require.Contains(t, seen, "Requests 2")
	require.Contains(t, seen, "Deliveries 1")
	require.Contains(t, seen, "POST /v1/sessions 2 attempts Idempotency key order-1")
	require.NotContains(t, document, "vp_cs_test_a")
	require.NotContains(t, seen, "order-0")

	v.Requests[0].MerchantID, v.Requests[1].MerchantID = "mer_other", "mer_other" // who may use the same key
	v.Sessions[1].CreatedBy = 99
	require.Contains(t, text(render(t, v)), "Requests 1", "the one whose response has the id")
}

func TestFilterLooksAtEverythingThatIsShown(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string][3]int{
		"":                      {1, 1, 1},
		"VP_CS_TEST_1":          {1, 0, 1}, // case is ignored
		"vitamin c":             {1, 0, 0},
		"14.99":                 {1, 0, 0},
		"order-1":               {0, 1, 0},
		"503":                   {0, 1, 0},
		"POST /v1/sess":         {0, 1, 0},
		"Busy":                  {0, 1, 0},
		"localhost:8080":        {0, 0, 1},
		"8080/before":           {0, 0, 1},
		"session.succeeded":     {0, 0, 1},
		"<script>x</script>":    {0, 0, 0},
		"nothing\x00 like this": {0, 0, 0},
	} {
		v := full()
		v.Filter = filter
		seen := html.UnescapeString(text(render(t, v)))
		for i, heading := range []string{"Sessions", "Requests", "Deliveries"} {
			require.Contains(t, seen, fmt.Sprintf("%s %d", heading, want[i]), "%q", filter)
		}
		for i, empty := range []string{"No session contains it.", "No request contains it.", "No delivery contains it."} {
			if want[i] == 0 {
				require.Contains(t, seen, empty, "%q", filter)
			}
		}
		require.NotContains(t, seen, "Nothing has happened yet")
	}
}

// What is found need not be among the newest of all.
func TestFilterShowsTheNewestOfTheMatches(t *testing.T) {
	t.Parallel()
	v := full()
	for i := range 3 * dashboard.MaxShown {
		v.Sessions = append(v.Sessions, control.Session{ID: fmt.Sprintf("vp_cs_test_%d", i), Gateway: sdk.GatewayVora, Description: []string{"odd", "even"}[i%2]})
	}
	v.Filter = "even"
	document := render(t, v)
	require.Contains(t, text(document), "The last 50 of 75.")
	require.Contains(t, document, "trace-vp_cs_test_1\"")
	require.Contains(t, document, "trace-vp_cs_test_99\"")
	require.NotContains(t, document, "trace-vp_cs_test_101\"")
}

// The filter is a form of its own, so that it works without JavaScript.
func TestFilterIsAForm(t *testing.T) {
	t.Parallel()
	v := full()
	v.Filter = `a "quoted" one`
	document := render(t, v)
	require.Contains(t, document, `<form id="filter" action="/" role="search">`)
	require.Contains(t, document, `name="q" type="search" value="a &#34;quoted&#34; one"`)
	require.Contains(t, values(document, "href"), "/")
}
