package sandbox_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// Every time that a gateway writes has exactly three digits of milliseconds, whatever they are.
func TestTimesHaveThreeDigitsOfMilliseconds(t *testing.T) {
	t.Parallel()
	written := regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^"\s]*`)
	for name, after := range map[string]time.Duration{
		"a whole second":  0,
		"tenths":          650 * time.Millisecond,
		"hundredths":      50 * time.Millisecond,
		"thousandths":     7 * time.Millisecond,
		"finer than that": 120*time.Millisecond + 999,
	} {
		for scheme, opts := range map[string][]sandbox.Option{"v1": nil, "v2": {sandbox.WithWebhooksV2(sandbox.Acme.ID)}} {
			t.Run(name+" "+scheme, func(t *testing.T) {
				t.Parallel()
				w := setup(t, opts...)
				w.clock.Advance(after)
				want := start.Add(after).Format("2006-01-02T15:04:05.000Z")
				created := w.pay()
				_, err := w.gateways.Refund(created.ID, 500)
				require.NoError(t, err)
				w.press(w.session(vora.SessionParams{}).CheckoutURL, "decline")
				for _, button := range []string{"pay", "decline"} {
					w.press(w.checkout(money.Minor(1499, "USD")).CheckoutURL, button)
				}
				w.session(vora.SessionParams{ExpiresIn: 5 * time.Minute})
				w.clock.Advance(5 * time.Minute)

				var texts []string
				for _, r := range w.gateways.Requests() {
					texts = append(texts, r.Response)
				}
				session, err := json.Marshal(w.read(created.ID))
				require.NoError(t, err)
				texts = append(texts, string(session))
				require.Contains(t, string(session), `"createdAt":"`+want+`"`)
				for _, d := range w.gateways.Deliveries() {
					texts = append(texts, d.Body)
					for _, a := range d.Attempts {
						texts = append(texts, a.Header.Get("X-VonPay-Timestamp"), a.Header.Get("X-Timestamp"))
					}
				}
				require.Len(t, w.gateways.Deliveries(), 6)
				times := 0
				for _, text := range texts {
					for _, found := range written.FindAllString(text, -1) {
						require.Regexp(t, `:\d\d\.\d{3}Z$`, found, text)
						times++
					}
				}
				require.Greater(t, times, 12)
			})
		}
	}
}

// A refund's event says "refunded" even if it gave back only a part.
func TestRefundEventsSayRefunded(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]sandbox.Option{"v1": nil, "v2": {sandbox.WithWebhooksV2(sandbox.Acme.ID)}} {
		w := setup(t, opts...)
		created := w.pay()
		for _, amount := range []int64{1, 0} { // a part, then the rest
			_, err := w.gateways.Refund(created.ID, amount)
			require.NoError(t, err)
		}
		w.clock.Advance(0)
		deliveries := w.gateways.Deliveries()
		require.Len(t, deliveries, 3)
		require.Equal(t, "refunded", w.read(created.ID)["status"])
		for _, d := range deliveries[1:] {
			require.Contains(t, d.Body, `"status":"refunded"`, name)
		}
	}
}

// The response names the version that was served. Another version's date changes nothing; what is
// no date is rejected.
func TestUnsupportedVersions(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for asked, accepted := range map[string]bool{
		"": true, vora.APIVersion: true, "2019-01-01": true, "2027-01-01": true,
		"v1": false, "latest": false, "2026-4-14": false, "2026-13-45": false, "20260414": false, "2026-04-14T00:00:00Z": false,
	} {
		for path, ok := range map[string]int{"/v1/sessions": http.StatusCreated, "/v1/health": http.StatusOK, "/v1/discovery": http.StatusOK} {
			method, body := http.MethodGet, ""
			if path == "/v1/sessions" {
				method, body = http.MethodPost, `{"amount":1499,"currency":"USD"}`
			}
			status, header, text := w.api(method, path, body, append(json200("Bearer "+sandbox.Acme.Vora.SecretKey), "Von-Pay-Version", asked)...)
			require.Equal(t, vora.APIVersion, header.Get("Von-Pay-Version"), asked)
			if accepted || method == http.MethodGet {
				require.Equal(t, ok, status, asked+" "+text)
				continue
			}
			require.Equal(t, http.StatusBadRequest, status, asked+" "+text)
			require.Contains(t, text, `"validation_error"`)
			require.Contains(t, text, "Von-Pay-Version")
		}
	}
	status, _, text := w.api(http.MethodPost, "/v1/sessions", `{}`, append(json200(""), "Von-Pay-Version", "latest")...)
	require.Equal(t, http.StatusUnauthorized, status, "the API key comes first: "+text)
}
