package contracttest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
)

func sessionSucceeded() message {
	return message{
		method: http.MethodPost, url: "https://shop.example.com/webhooks?tenant=acme",
		header: http.Header{
			"Content-Type":       {"application/json"},
			"X-Vonpay-Signature": {signature},
			"X-Vonpay-Timestamp": {"2026-04-21T13:18:14.650Z"},
		},
		body: `{"event":"session.succeeded","sessionId":"vp_cs_test_1","merchantId":"mer_acme_vitamins","amount":1499,"currency":"USD",
			"timestamp":"2026-04-21T13:18:14.650Z","transactionId":"txn_1"}`,
	}
}

func chargeSucceeded() message {
	return message{
		method: http.MethodPost, url: "https://shop.example.com/webhooks",
		header: http.Header{"Content-Type": {"application/json"}, "X-Vonpay-Signature": {"t=1776777494,v1=" + signature}},
		body:   `{"id":"evt_1","type":"charge.succeeded","created":1776777494,"livemode":false,"merchant_id":"mer_acme_vitamins","data":{"any":1}}`,
	}
}

func paymentSuccess() message {
	return message{
		method: http.MethodPost, url: "https://shop.example.com/webhooks",
		header: http.Header{
			"Content-Type": {"application/json"},
			"X-Signature":  {signature},
			"X-Timestamp":  {"2026-04-21T13:18:14.650Z"},
		},
		body: `{"event":"payment.success","session_id":"cs_1","status":"paid","amount":10.5,"currency":"EUR","order_id":"VS-1","paid_at":"2026-04-21T13:18:14.650Z"}`,
	}
}

func (m message) replacing(old, replacement string) message {
	return m.saying(strings.Replace(m.body, old, replacement, 1))
}

func (m message) signed(name, value string) message { return m.with(name, "").with(name, value) }

func TestDeliveriesOfEachScheme(t *testing.T) {
	t.Parallel()
	received := jsonResponse(200, `{"received":true}`)
	v1, v2, vision := sessionSucceeded(), chargeSucceeded(), paymentSuccess()
	const wrong = `does not match pattern`
	for name, c := range map[string]struct {
		delivery message
		response message
		want     []string // empty: no violation
	}{
		"v1":                                 {v1, received, nil},
		"v1 expired":                         {v1.replacing("session.succeeded", "session.expired").replacing(`,"transactionId":"txn_1"`, ""), received, nil},
		"v1 of another event":                {v1.replacing("session.succeeded", "session.expired"), received, []string{"delivery of sessionExpired", `transactionId`}},
		"v1 event that is none":              {v1.replacing("session.succeeded", "session.paid"), received, []string{`delivery of an unknown event, request: there is no event "session.paid"`}},
		"v1 without an event":                {v1.replacing(`"event":"session.succeeded",`, ""), received, []string{"delivery of an unknown event, request: the body is not a JSON object with an event"}},
		"v1, no JSON":                        {v1.saying("event=session.succeeded"), received, []string{"delivery of an unknown event, request: the body is not a JSON object with an event"}},
		"v1 missing member":                  {v1.replacing(`"merchantId":"mer_acme_vitamins",`, ""), received, []string{"delivery of sessionSucceeded, request: body", "missing property 'merchantId'"}},
		"v1 bad time in the body":            {v1.replacing(`"timestamp":"2026-04-21T13:18:14.650Z"`, `"timestamp":"1776777494"`), received, []string{"at '/timestamp'"}},
		"v1 without signature":               {v1.with("X-Vonpay-Signature", ""), received, []string{"X-VonPay-Signature", "missing"}},
		"v1 upper-case signature":            {v1.signed("X-Vonpay-Signature", strings.ToUpper(signature)), received, []string{"X-VonPay-Signature", wrong}},
		"v1 short signature":                 {v1.signed("X-Vonpay-Signature", signature[1:]), received, []string{"X-VonPay-Signature", wrong}},
		"v1's body with v2's signature":      {v1.signed("X-Vonpay-Signature", "t=1,v1="+signature), received, nil}, // see x-notes
		"v1's body with an odd signature":    {v1.signed("X-Vonpay-Signature", "t=1, v1="+signature), received, []string{"X-VonPay-Signature", wrong}},
		"v1 signed twice":                    {v1.with("X-Vonpay-Signature", signature), received, []string{"comes more than once"}},
		"v1 without timestamp":               {v1.with("X-Vonpay-Timestamp", ""), received, []string{"X-VonPay-Timestamp"}},
		"v1 bad timestamp":                   {v1.signed("X-Vonpay-Timestamp", "1776777494"), received, []string{"X-VonPay-Timestamp"}},
		"v1 content type":                    {v1.signed("Content-Type", "text/json"), received, []string{`"text/json"`}},
		"v2":                                 {v2, received, nil},
		"v2 during a rotation":               {v2.signed("X-Vonpay-Signature", "t=1,v1="+signature+",v1="+signature), received, nil},
		"v2 with v1's signature":             {v2.signed("X-Vonpay-Signature", signature), received, []string{"delivery of eventV2", "x-vonpay-signature", wrong}},
		"v2 with three signatures":           {v2.signed("X-Vonpay-Signature", "t=1"+strings.Repeat(",v1="+signature, 3)), received, []string{wrong}},
		"v2 type that is none":               {v2.replacing("charge.succeeded", "charge.paid"), received, []string{"at '/type'"}},
		"v2 time as text":                    {v2.replacing("1776777494", `"2026-04-21T13:18:14Z"`), received, []string{"at '/created'"}},
		"no JSON":                            {v2.saying("event=charge"), received, []string{"request: body"}},
		"VisionScope":                        {vision, received, nil},
		"VisionScope, status of another":     {vision.replacing(`"paid"`, `"failed"`), received, []string{"delivery of paymentEvent", "at '/status': value must be 'paid'"}},
		"VisionScope, event that is none":    {vision.replacing("payment.success", "payment.succeeded"), received, []string{"at '/event'"}},
		"VisionScope, bad signature":         {vision.signed("X-Signature", "sha256="+signature), received, []string{"X-Signature", wrong}},
		"VisionScope, bad timestamp":         {vision.signed("X-Timestamp", "yesterday"), received, []string{"X-Timestamp"}},
		"a duplicate":                        {v1, jsonResponse(200, `{"received":true,"duplicate":true}`), nil},
		"one in flight":                      {v1, jsonResponse(409, `{"error":"in flight"}`).with("Retry-After", "5"), nil},
		"a refusal":                          {vision, jsonResponse(401, `{"error":"invalid signature","code":"webhook_invalid_signature"}`), nil},
		"a response of an undocumented kind": {v1, jsonResponse(202, `{"received":true}`), []string{"delivery of sessionSucceeded, response 202: the status is not documented"}},
		"a response in plain text":           {vision, jsonResponse(401, "no").signed("Content-Type", "text/plain"), []string{"response 401", `"text/plain"`}},
		"a response of a wrong type":         {v1, jsonResponse(200, `{"received":"yes"}`), []string{"response 200", "at '/received'"}},
		"what is no delivery":                {v1.by(http.MethodGet).saying(""), message{status: 405}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSetup(t)
			contract := s.vora
			if c.delivery.header.Get("X-Timestamp") != "" {
				contract = s.visionscope
			}
			w := httptest.NewRecorder()
			var read strings.Builder
			contract.Deliveries(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(&read, r.Body)
				c.response.ServeHTTP(w, r)
			})).ServeHTTP(w, c.delivery.request())
			require.Equal(t, c.delivery.body, read.String())
			require.Equal(t, c.response.status, w.Code)
			require.Equal(t, c.response.body, w.Body.String())
			if len(c.want) == 0 {
				require.Empty(t, s.violations)
				return
			}
			s.requireViolation(t, c.want...)
		})
	}
}

func TestDeliveriesChecksOnlyTheResponseToWhatIsWrongOnPurpose(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for _, body := range []string{"", "no JSON", `{"event":"session.paid"}`, `{"event":7}`, `[]`} {
		delivery := sessionSucceeded().saying(body).with("X-Vonpay-Signature", "").request()
		delivery = delivery.WithContext(contracttest.Invalid(delivery.Context()))
		s.vora.Deliveries(jsonResponse(401, `{"error":"invalid signature"}`)).ServeHTTP(httptest.NewRecorder(), delivery)
		require.Empty(t, s.violations)

		delivery = delivery.Clone(delivery.Context())
		s.vora.Deliveries(jsonResponse(204, "")).ServeHTTP(httptest.NewRecorder(), delivery)
		s.requireViolation(t, "response 204: the status is not documented")
		s.violations = nil
	}
}

func TestDeliveriesLetsAReceiverHangUp(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	server := httptest.NewServer(s.vora.Deliveries(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = connection.Close()
	})))
	t.Cleanup(server.Close)
	delivery := sessionSucceeded().to(server.URL).request()
	delivery.RequestURI = ""
	_, err := server.Client().Transport.RoundTrip(delivery)
	require.Error(t, err)
	server.Close()
	require.Empty(t, s.violations)
}
