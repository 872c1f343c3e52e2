package webhooks_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func TestTheShortcutReadsWhatGatewaysSend(t *testing.T) {
	t.Parallel()
	webhooks.DecodeVora.Reads(
		t,
		webhookstest.SessionSucceeded(), webhookstest.SessionFailed(), webhookstest.SessionExpired(), webhookstest.RefundCreated(),
		webhookstest.SessionSucceeded(webhookstest.Set("note", "none of the documented")), webhookstest.SessionSucceeded(webhookstest.Set("metadata", map[string]string{"name": "Zoë"})),
		webhookstest.SessionSucceeded(webhookstest.Set("metadata", map[string]string{"name": "a \"quoted\" <name>\n\u2028"})),
		webhookstest.SessionSucceeded(webhookstest.Set("lines", []any{map[string]any{"sku": 7, "gift": false, "note": nil}, []any{}})),
		webhookstest.VoraV2Event("session.succeeded", map[string]any{"sessionId": "vp_cs_test_1", "amount": 1499, "currency": "USD", "lines": []string{"a", "b"}}),
	)
	webhooks.DecodeVisionScope.Reads(t, webhookstest.PaymentSucceeded(), webhookstest.PaymentFailed())
}

func TestTheShortcutKnowsEveryField(t *testing.T) {
	t.Parallel()
	webhooks.DecodeVora.KnowsEveryField(t, webhooks.VoraFields)
	webhooks.DecodeVisionScope.KnowsEveryField(t, webhooks.VisionScopeFields)
}

// A body that is JSON up to its last character is not read up to there: half an event is none.
func TestABodyThatBreaksOffAtTheEnd(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		r := setup(t, s)
		for name, body := range map[string][]byte{
			"truncated": bytes.TrimRight(r.body, " \n}"), "something behind it": append(bytes.Clone(r.body), '}'),
		} {
			event := r.event(t, r.deliveryOf(body))
			require.IsType(t, &webhooks.UnknownEvent{}, event, "%s, %s", s.name, name)
			require.Error(t, event.Info().Problem)
			require.Empty(t, event.Info().SessionID)
			require.Empty(t, event.Info().Payment)
		}
	}
}

// FuzzShortcut holds the shortcut to what encoding/json reads.
func FuzzShortcut(f *testing.F) {
	for _, body := range []string{
		string(webhookstest.SessionSucceeded()), string(webhookstest.RefundCreated()), string(webhookstest.PaymentSucceeded()), string(webhookstest.PaymentFailed()),
		`{}`, ` { "event" : "a" , "amount" : -12 } `, `{"event":"a","event":"b"}`, `{"EVENT":"a"}`, `{"event":null}`, `{"ſtatus":"a"}`, `{"amount":1.0}`, `{"amount":01}`,
		`{"amount":1e2}`, `{"amount":-0}`, `{"amount":9223372036854775807}`, `{"amount":99999999999999999999}`, `{"timestamp":1776777494}`, `{"timestamp":"2026-04-21T13:18:14,65+02:00"}`,
		`{"metadata":{}}`, `{"metadata":{"a":"1"},"metadata":{"b":"2"}}`, `{"metadata":{"a":"1","a":"2"}}`, `{"metadata":{"a":1}}`, `{"error":"\u00e9"}`, "{\"error\":\"\xff\"}", "{\"error\":\"\x7f\x01\"}",
		`{"error":"\ud83d\ude00 \ud83d \ude00\ud83d \ud83d\n \ud83d\u00e9"}`, `{"error":"\" \\ \/ \b\f\n\r\t \u0000 \uABCD"}`, `{"error":"\x"}`, `{"error":"\u12G4"}`, `{"error":"\u12`, `{"error":"a\`,
		`{"\u0065rror":"a"}`, `{"id":"evt_1","type":"session.succeeded","created":1776777494,"livemode":false,"merchant_id":"m","data":{"sessionId":"s","amount":1499,"lines":[{"a":null},[],{}]}}`,
		`{"data":null}`, `{"data":[1,{"a":[true,false]}] , "id":"a"}`, `{"data":"text"}`, `{"data":{"a":}}`, `{"data":[1,]}`, `{"data":nul}`, `{"data":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`,
		`{"other":{}}`, `{"other":[1]}`, `{"other":true}`, `{"event":"a",}`, `{"event":"a"}}`, `{"event":"a"`, `{"event"`, `{"ev`, `{"amount":`, `{"amount":-`, `{"amount":1.}`, "null", "",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		webhooks.DecodeVora.Agrees(t, body)
		webhooks.DecodeVisionScope.Agrees(t, body)
	})
}
