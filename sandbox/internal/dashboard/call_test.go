package dashboard_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/dashboard"
)

func TestRetriesStandTogether(t *testing.T) {
	t.Parallel()
	start := time.Date(2030, time.May, 17, 9, 30, 0, 0, time.UTC)
	var requests []control.Request // the newest first
	add := func(key, method, path, body string, status int) {
		r := control.Request{
			Gateway: "vora", IdempotencyKey: key, Method: method, Path: path, Body: body, Status: status,
			At: start.Add(time.Duration(len(requests)) * time.Second),
		}
		requests = append([]control.Request{r}, requests...)
	}
	add("order-1", "POST", "/v1/sessions", "a", 503)
	add("", "GET", "/v1/sessions/1", "", 200)
	add("order-2", "POST", "/v1/sessions", "a", 201)
	add("order-1", "POST", "/v1/sessions", "a", 503)
	add("", "GET", "/v1/sessions/1", "", 200)
	add("order-1", "POST", "/v1/sessions?dry_run=true", "a", 200)
	add("order-1", "POST", "/v1/sessions", "a", 201)
	add("order-2", "POST", "/v1/sessions", "another", 409)

	type seen struct {
		key, path string
		statuses  []int
		differ    bool
	}
	var got []seen
	for _, c := range dashboard.Calls(requests) {
		s := seen{key: c.Key, path: c.Path, differ: c.Differ}
		for _, a := range c.Attempts {
			s.statuses = append(s.statuses, a.Status)
		}
		got = append(got, s)
	}
	require.Equal(t, []seen{
		{"order-2", "/v1/sessions", []int{201, 409}, true},
		{"order-1", "/v1/sessions", []int{503, 503, 201}, false},
		{"order-1", "/v1/sessions?dry_run=true", []int{200}, false},
		{"", "/v1/sessions/1", []int{200}, false},
		{"", "/v1/sessions/1", []int{200}, false},
	}, got)

	requests[0].MerchantID = "Brightline" // another merchant may use the same key
	require.Len(t, dashboard.Calls(requests), len(got)+1)

	v := full()
	v.Requests = requests
	shown := text(render(t, v))
	require.Contains(t, shown, "POST /v1/sessions 3 attempts Idempotency key order-1")
	require.NotContains(t, shown, "bodies differ")
	requests[0].MerchantID = ""
	require.Contains(t, text(render(t, v)), "POST /v1/sessions 2 attempts whose bodies differ Idempotency key order-2")
}

// An attempt keeps its ID when newer requests come, even at the same time, so that what a reader
// has opened stays open.
func TestAttemptKeepsItsIDWhenNewerOnesCome(t *testing.T) {
	t.Parallel()
	at := time.Date(2030, time.May, 17, 9, 30, 0, 0, time.UTC)
	first := []control.Request{{At: at, Path: "/b"}, {At: at, Path: "/a"}}
	later := append([]control.Request{{At: at.Add(1), Path: "/d"}, {At: at, Path: "/c"}}, first...)
	anchors := func(requests []control.Request) map[string]string {
		found := map[string]string{}
		for _, c := range dashboard.Calls(requests) {
			found[c.Path] = c.Attempts[0].Anchor
		}
		return found
	}
	before, after := anchors(first), anchors(later)
	require.Equal(t, before["/a"], after["/a"])
	require.Equal(t, before["/b"], after["/b"])
	ids := map[string]bool{}
	for _, id := range after {
		ids[id] = true
	}
	require.Len(t, ids, 4)
}
