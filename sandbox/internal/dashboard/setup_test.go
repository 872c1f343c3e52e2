package dashboard_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/dashboard"
)

// full is a dashboard that has something in every field.
func full() dashboard.View {
	now := time.Date(2030, time.May, 17, 9, 30, 0, 0, time.UTC)
	return dashboard.View{
		Origin: "http://127.0.0.1:4010", Now: now, Running: true,
		Merchants: []dashboard.Merchant{{
			ID: "mer_acme", Name: "Acme Vitamins",
			SecretKey: "vp_sk_test_acme", PublishableKey: "vp_pk_test_acme", SessionSecret: "ss_test_acme", APIKey: "vsk_acme",
			WebhookURL: "http://localhost:8080/hooks", WebhookSecret: "whsec_acme",
			OldKeys: []dashboard.OldKey{{Key: "vp_sk_test_old", Until: now.Add(24 * time.Hour)}},
		}},
		Sessions: []dashboard.Session{{
			ID: "vp_cs_test_1", Gateway: "vora", Merchant: "Acme Vitamins", Description: "Vitamin C", Status: "succeeded",
			Amount: "14.99 USD", Refunded: "4.99 USD", Refundable: 1000, CreatedAt: now.Add(-time.Minute),
			ExpiresAt: now.Add(time.Hour), CheckoutURL: "http://127.0.0.1:4010/c/vp_cs_test_1",
		}},
		SessionCount: 1,
		Requests: []dashboard.Request{{
			ID: "req_1", Gateway: "vora", Merchant: "Acme", At: now, Duration: 1234 * time.Microsecond, Method: "POST", Path: "/v1/sessions",
			IdempotencyKey: "order-1", Version: "2026-04-14", UserAgent: "shop/1.0", Body: `{"amount":1499}`,
			Status: 503, Answer: "<h1>Busy</h1>", Fault: "status=503",
		}},
		RequestCount: 1,
		Deliveries: []dashboard.Delivery{{
			ID: "dlv_1", SessionID: "vp_cs_test_1", Event: "session.succeeded", URL: "http://localhost:8080/hooks",
			Body: `{"event":"session.succeeded"}`, State: "pending", Count: 1,
			Attempts: []dashboard.Attempt{{
				Number: 1, At: now, Duration: time.Second, Header: []string{"X-Vonpay-Signature: abc"}, Status: 500,
				Answer: "database is locked", Problem: "connection reset", Fault: "missign",
			}},
		}},
		DeliveryCount: 1,
		Paused:        true, Held: 2, Disturbances: []string{"drop"},
		Faults: []dashboard.Fault{{Route: "POST /v1/sessions", Effect: "status=503", Body: "<h1>", Times: 2, Share: 50}},
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

// text is what a reader sees of a document.
func text(document string) string {
	_, body, _ := strings.Cut(inlined.ReplaceAllString(document, ""), "<body>")
	return strings.Join(strings.Fields(anyTag.ReplaceAllString(body, " ")), " ")
}

// values are those of one attribute, wherever it stands.
func values(document, attribute string) []string {
	var found []string
	for _, m := range regexp.MustCompile(` `+attribute+`="([^"]*)"`).FindAllStringSubmatch(inlined.ReplaceAllString(document, ""), -1) {
		found = append(found, m[1])
	}
	return found
}
