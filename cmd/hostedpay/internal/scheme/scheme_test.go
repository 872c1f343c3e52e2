package scheme_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// secrets are what the schemes sign with, by the variable that has it.
var secrets = map[string]string{
	"VON_PAY_SECRET_KEY": "vp_sk_test_S7wq2nP9wT4kxab", "VON_PAY_WEBHOOK_SECRET": "whsec_S7wq2nP9wT4kxab",
	"VISIONSCOPE_WEBHOOK_SECRET": "0123456789abcdef0123456789abcdef",
}

// verified is what a receiver says to a delivery.
func verified(t *testing.T, s *scheme.Scheme, r *http.Request) (webhooks.Event, error) {
	t.Helper()
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(secrets[s.Variable])})
	require.NoError(t, err)
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return s.Verifier(keys).Verify(t.Context(), r.Header, body)
}

func to(s *scheme.Scheme) scheme.Destination {
	return scheme.Destination{Scheme: s, URL: "http://127.0.0.1:8080/hook", Secret: sdk.NewSecret(secrets[s.Variable])}
}

// Every event has an ID of its own, verifies, and does not when it was tampered with.
func TestMadeEventsVerify(t *testing.T) {
	t.Parallel()
	for _, s := range scheme.All() {
		for _, event := range s.Events {
			of, err := scheme.Of(event)
			require.NoError(t, err)
			require.Equal(t, s.Name, of.Name)
			first, err := of.Make(event, nil)
			require.NoError(t, err)
			second, err := of.Make(event, nil)
			require.NoError(t, err)
			require.NotEmpty(t, first.ID)
			require.NotEqual(t, first.ID, second.ID)

			destination := to(of)
			made, err := verified(t, of, destination.Request(first.Body))
			require.NoError(t, err)
			require.Equal(t, event, made.Info().Type)
			require.NoError(t, made.Info().Problem)
			destination.Tamper = true
			_, err = verified(t, of, destination.Request(first.Body))
			require.Error(t, err)
		}
	}
	_, err := scheme.Of("session.suceeded")
	require.EqualError(t, err, `unknown event "session.suceeded", did you mean session.succeeded?`)
	_, known := scheme.Named("vora-v9")
	require.False(t, known)
}

func TestFieldsAreSetAsTheContractHasThem(t *testing.T) {
	t.Parallel()
	v1, err := scheme.Of("session.succeeded")
	require.NoError(t, err)
	made, err := v1.Make("session.succeeded", map[string]string{"amount": "2500", "sessionId": "vp_cs_test_7"})
	require.NoError(t, err)
	require.Equal(t, "vp_cs_test_7", made.ID)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(made.Body, &fields))
	require.EqualValues(t, 2500, fields["amount"])

	v2, err := scheme.Of("charge.succeeded")
	require.NoError(t, err)
	made, err = v2.Make("charge.succeeded", map[string]string{"data.amount": "2500"})
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(made.Body, &fields))
	require.EqualValues(t, 2500, fields["data"].(map[string]any)["amount"])

	for name, c := range map[string]struct{ field, value string }{
		`unknown field "amuont", did you mean amount?`:     {"amuont", "1"},
		`field amount: expected a JSON number, got "much"`: {"amount", "much"},
		`the contract has no such event`:                   {"event", "session.invented"},
	} {
		_, err := v1.Make("session.succeeded", map[string]string{c.field: c.value})
		require.ErrorContains(t, err, name)
	}
}

// The test event verifies, is JSON in both forms, and is recognized as what no gateway sends.
func TestProbes(t *testing.T) {
	t.Parallel()
	for _, s := range scheme.All() {
		for _, unusual := range []bool{true, false} {
			body := s.Probe(`mer"_1\`, "hostedpay_doctor_1", unusual)
			require.True(t, json.Valid(body), "%s", body)
			require.Contains(t, string(body), "hostedpay_doctor_1")
			request := to(&s).Request(body)
			require.Equal(t, scheme.ProbeEvent, scheme.Recognize(request.Header, body).Event)
			_, err := verified(t, &s, request)
			require.NoError(t, err)
		}
	}
}

// Nothing that is sent to it makes a claim of what it does not say.
func TestClaimsOfStrangers(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "null", "[]", "{", `{"event":7,"sessionId":null}`} {
		require.Equal(t, scheme.Claim{}, scheme.Recognize(http.Header{}, []byte(body)), body)
	}
	require.Equal(t, scheme.Claim{Event: "a", Session: "c", Merchant: "b"}, scheme.Recognize(http.Header{}, []byte(`{"type":"a","merchant_id":"b","data":{"sessionId":"c"}}`)))
}
