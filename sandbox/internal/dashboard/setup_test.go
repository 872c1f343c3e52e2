package dashboard_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/dashboard"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// full is a dashboard that has something in every field.
func full() dashboard.View {
	now := time.Date(2030, time.May, 17, 9, 30, 0, 0, time.UTC)
	return dashboard.View{
		Origin: "http://127.0.0.1:4010", Now: now, Running: true,
		Gateways: []dashboard.Gateway{
			{ID: "vora", Title: "Vora", Creates: "a session", Path: "/v1/sessions", Header: "Authorization: Bearer vp_sk_test_acme", Fields: []string{`"amount": 1499`}},
			{ID: "visionscope", Title: "VisionScope", Creates: "a checkout", Path: "/api/checkout/create", Header: "X-API-Key: vsk_live_acme"},
		},
		Merchants: []control.Merchant{merchant(now)},
		Sessions: []control.Session{{
			ID: "vp_cs_test_1", Gateway: "vora", MerchantID: "mer_acme", Description: "Vitamin C", Status: "succeeded",
			Amount: money.Minor(1499, "USD"), Refunded: 499, Refundable: 1000, CreatedAt: now.Add(-time.Minute),
			ExpiresAt: now.Add(time.Hour), CheckoutURL: "http://127.0.0.1:4010/c/vp_cs_test_1",
		}},
		SessionCount: 1,
		Requests: []control.Request{{
			ID: "req_1", Gateway: "vora", MerchantID: "mer_acme", At: now, Duration: 1234 * time.Microsecond, Method: "POST", Path: "/v1/sessions",
			IdempotencyKey: "order-1", Version: "2026-04-14", UserAgent: "shop/1.0", Body: `{"amount":1499}`,
			Status: 503, Response: "<h1>Busy</h1>", Fault: "status=503",
		}},
		RequestCount: 1,
		Deliveries: []control.Delivery{{
			ID: "dlv_1", SessionID: "vp_cs_test_1", Event: "session.succeeded", URL: "http://localhost:8080/hooks",
			Body: `{"event":"session.succeeded"}`, State: "pending",
			Attempts: []control.DeliveryAttempt{{
				At: now, Duration: time.Second, URL: "http://localhost:8080/before", Header: http.Header{"X-Vonpay-Signature": {"abc"}}, Status: 500,
				Response: "database is locked", Problem: "connection reset", Fault: "wrongSecret",
			}},
		}},
		DeliveryCount: 1,
		Paused:        true, Held: 2, DeliveryFaults: []control.DeliveryFault{"drop"},
		Faults: []control.Fault{{Route: "POST /v1/sessions", Status: 503, Body: "<h1>", Times: 2, Share: 50}},
		Codes:  []dashboard.Code{{Code: "internal_error", Status: 500}},
	}
}

func render(t *testing.T, v dashboard.View) string {
	t.Helper()
	var document strings.Builder
	require.NoError(t, dashboard.Render(&document, v))
	return document.String()
}

var (
	inlined = regexp.MustCompile(`(?s)(<(?:style|script)>).*?(</(?:style|script)>)`)
	anyTag  = regexp.MustCompile(`<[^>]*>`)
)

// text is the visible text of a document.
func text(document string) string {
	_, body, _ := strings.Cut(inlined.ReplaceAllString(document, ""), "<body>")
	return strings.Join(strings.Fields(anyTag.ReplaceAllString(body, " ")), " ")
}

// values are the values of an attribute in all elements.
func values(document, attribute string) []string {
	var found []string
	for _, m := range regexp.MustCompile(` `+attribute+`="([^"]*)"`).FindAllStringSubmatch(inlined.ReplaceAllString(document, ""), -1) {
		found = append(found, m[1])
	}
	return found
}

// merchant has an account at every gateway, with something in every field.
func merchant(now time.Time) control.Merchant {
	m := control.SampleMerchant("acme", "Acme Vitamins")
	m.Vora.WebhookURL = "http://localhost:8080/hooks"
	m.Vora.RetiredKeys = []control.RetiredKey{{SecretKey: "vp_sk_test_old", Until: now.Add(24 * time.Hour)}}
	return m
}
