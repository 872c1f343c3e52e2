package webhooks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// bodiesOf are events of every kind that a scheme delivers, and of those that nobody knows or can
// read.
func bodiesOf(t *testing.T, s scheme) map[string][]byte {
	t.Helper()
	set, unset := webhookstest.Set, webhookstest.Unset
	bodies := map[string][]byte{
		"unreadable": []byte(`{"event":"session.succeeded","id":7`), "empty": nil, "not UTF-8": {'{', 0xff, 0, '}'}, "a list": []byte("[1]"),
	}
	switch s.name {
	case webhooks.SchemeVoraV1:
		for _, schema := range []string{"SessionSucceededEvent", "SessionFailedEvent", "SessionExpiredEvent", "RefundCreatedEvent"} {
			bodies[schema] = voraExample(t, schema)
		}
		bodies["spaces"] = []byte(" {\n \"event\" : \"session.expired\", \"sessionId\":\"a/b\",\"merchantId\":\"m\",\"amount\":1,\"currency\":\"USD\" }\r\n")
		bodies["a refund without an ID"] = webhookstest.RefundCreated(unset("refundId"))
		bodies["unknown"] = webhookstest.SessionSucceeded(set("event", "session.disputed"))
		bodies["no amount"] = webhookstest.SessionSucceeded(unset("amount"))
		bodies["no merchant"] = webhookstest.SessionSucceeded(unset("merchantId"))
	case webhooks.SchemeVoraV2:
		bodies["a charge"] = webhookstest.VoraV2Event("charge.succeeded", map[string]any{"a": []int{1}})
		bodies["live"] = webhookstest.VoraV2Event("payout.paid", nil, set("livemode", true))
		bodies["no ID"] = webhookstest.VoraV2Event("payout.paid", nil, unset("id"))
	case webhooks.SchemeVisionScope:
		for _, schema := range []string{"PaymentSuccess", "PaymentFailed"} {
			bodies[schema] = visionScopeExample(t, schema)
		}
		bodies["unknown"] = webhookstest.PaymentSucceeded(set("event", "payment.disputed"))
		bodies["an amount in words"] = webhookstest.PaymentSucceeded(set("amount", "ten"))
	}
	return bodies
}

// An inbox is an acceptor that makes events durable, each in a file.
type inbox struct{ folder string }

func (i inbox) Accept(_ context.Context, event webhooks.Event) (webhooks.Acceptance, error) {
	stored, err := json.Marshal(webhooks.NewStoredEvent(event))
	if err != nil {
		return webhooks.Acceptance{}, err
	}
	file, err := os.OpenFile(i.path(event), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return webhooks.Acceptance{Status: webhooks.AcceptanceDuplicate}, nil
	}
	if err != nil {
		return webhooks.Acceptance{}, err
	}
	_, err = file.Write(stored)
	return webhooks.Acceptance{Status: webhooks.AcceptanceDone}, errors.Join(err, file.Sync(), file.Close())
}

func (i inbox) path(event webhooks.Event) string {
	return filepath.Join(i.folder, fmt.Sprintf("%x", event.Info().DedupeKey))
}

// load reads an event as a program does that has been restarted since.
func (i inbox) load(t *testing.T, like webhooks.Event) webhooks.Event {
	t.Helper()
	text, err := os.ReadFile(i.path(like))
	require.NoError(t, err)
	var stored webhooks.StoredEvent
	require.NoError(t, json.Unmarshal(text, &stored))
	event, err := webhooks.TrustStoredEvent(stored)
	require.NoError(t, err)
	return event
}

func TestEveryEventSurvivesARestart(t *testing.T) {
	t.Parallel()
	expires := signedAt().Add(time.Hour)
	for _, s := range schemes() {
		for name, body := range bodiesOf(t, s) {
			t.Run(string(s.name)+", "+name, func(t *testing.T) {
				t.Parallel()
				r := setup(t, s, withKeys(keys(t, webhooks.SigningKey{Secret: secretOf(s), Name: "rotated out", Reference: "order 789012", NotAfter: expires})))
				verified := r.event(t, r.deliveryOf(body))

				durable := inbox{t.TempDir()}
				handler, err := webhooks.NewAcceptingHandler(r.verifier, durable)
				require.NoError(t, err)
				r.handler = handler
				requireResponse(t, r.deliver(t, r.deliveryOf(body)), http.StatusOK, received)
				requireResponse(t, r.deliver(t, r.deliveryOf(body)), http.StatusOK, duplicate)

				loaded := durable.load(t, verified)
				require.Equal(t, string(body), string(loaded.Info().Raw.Bytes()), "byte for byte")
				require.Equal(t, verified, loaded)
			})
		}
	}
}

// Times that package time can hold and encoding/json cannot write would have an inbox reject the
// event for good.
func TestNoTimeKeepsAnEventFromBeingStored(t *testing.T) {
	t.Parallel()
	for _, at := range []any{"2026-04-21T13:18:14+24:00", "2026-04-21T13:18:14+23:60", int64(1776777494650), int64(253402300800), int64(-99999999999999)} {
		for _, s := range schemes() {
			r := setup(t, s)
			for _, body := range [][]byte{
				webhookstest.PaymentSucceeded(webhookstest.Set("paid_at", at)), webhookstest.SessionSucceeded(webhookstest.Set("timestamp", at)),
				webhookstest.VoraV2Event("payout.paid", nil, webhookstest.Set("created", at)), []byte(fmt.Sprintf("{\"new\":{},\"created\":%q}", fmt.Sprint(at))),
			} {
				delivery := r.deliveryOf(body)
				if s.name == webhooks.SchemeVisionScope {
					delivery.Header.Set("X-Timestamp", fmt.Sprint(at))
				}
				event := r.event(t, delivery)
				_, err := json.Marshal(webhooks.NewStoredEvent(event))
				require.NoError(t, err)
				_, err = json.Marshal(event)
				require.NoError(t, err)
			}
		}
	}
}

func TestTheStoredDedupeKeyWins(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV1())
	stored := webhooks.NewStoredEvent(r.event(t, r.delivery()))
	stored.DedupeKey = "what an older version computed"
	event, err := webhooks.TrustStoredEvent(stored)
	require.NoError(t, err)
	require.Equal(t, stored.DedupeKey, event.Info().DedupeKey)
}

// Whatever a stored event says is read as it was written.
func TestTheStoredFormOfAnyText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "plain", `"quoted" \ {}`, `"`, `\`, "line\nbreak\ttab\x00", "Größe 払い 🎉", "\u2028<&>", "\x7f"} {
		stored := webhooks.StoredEvent{
			Scheme: webhooks.SchemeVoraV1, MerchantID: text, Mode: sdk.Mode(text), KeyName: text, Reference: text, DedupeKey: "key " + text,
			KeyExpires: time.Date(2027, 1, 2, 3, 4, 5, 6, time.UTC), ReceivedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)), Body: sdk.NewRaw([]byte(text)),
		}
		written, err := stored.MarshalJSON()
		require.NoError(t, err)
		require.True(t, json.Valid(written), "%s", written)
		var read webhooks.StoredEvent
		require.NoError(t, json.Unmarshal(written, &read))
		require.True(t, stored.ReceivedAt.Equal(read.ReceivedAt))
		read.ReceivedAt = stored.ReceivedAt // another *Location
		require.Equal(t, stored, read)
	}
	unreadable := webhooks.StoredEvent{Scheme: webhooks.SchemeVoraV1, KeyName: "\xff", DedupeKey: "key", ReceivedAt: signedAt()}
	written, err := unreadable.MarshalJSON()
	require.NoError(t, err)
	require.True(t, utf8.Valid(written), "a database may take nothing else as JSON")

	bad := webhooks.StoredEvent{Scheme: webhooks.SchemeVoraV1, DedupeKey: "key", ReceivedAt: time.Date(12026, 1, 2, 3, 4, 5, 0, time.UTC)}
	_, err = bad.MarshalJSON()
	require.ErrorContains(t, err, "received_at of the stored event")
}

// What has been written once must be readable for ever.
func TestVersion1OfTheStoredForm(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		r := setup(t, s, withKeys(keys(t, webhooks.SigningKey{
			Secret: secretOf(s), Name: "current", MerchantID: "mer_acme_vitamins", Mode: sdk.ModeTest, NotAfter: signedAt().Add(24 * time.Hour),
		})))
		want := r.event(t, r.delivery())
		path := "testdata/stored-v1/" + string(s.name) + ".json"
		golden, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			now, _ := json.MarshalIndent(webhooks.NewStoredEvent(want), "", "\t")
			require.Fail(t, "a scheme without a stored event", "write this into %s, which no later change may touch:\n%s", path, now)
		}
		require.NoError(t, err)
		var stored webhooks.StoredEvent
		require.NoError(t, json.Unmarshal(golden, &stored), path)
		written, err := json.MarshalIndent(stored, "", "\t")
		require.NoError(t, err)
		require.Equal(t, string(golden), string(written)+"\n")
		event, err := webhooks.TrustStoredEvent(stored)
		require.NoError(t, err)
		require.Equal(t, want, event)
	}
}

func TestWhatIsNotAStoredEvent(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV1())
	good, err := json.Marshal(webhooks.NewStoredEvent(r.event(t, r.delivery())))
	require.NoError(t, err)
	with := func(field string, value any) string {
		var form map[string]any
		require.NoError(t, json.Unmarshal(good, &form))
		if form[field] = value; value == nil {
			delete(form, field)
		}
		return string(asJSON(t, form))
	}
	for name, test := range map[string]struct{ text, problem string }{
		"a newer version":      {with("version", 2), "upgrade"},
		"no version":           {with("version", nil), "version 1"},
		"an unknown scheme":    {with("scheme", "vora-v9"), `unknown scheme "vora-v9"`},
		"no scheme":            {with("scheme", nil), "no scheme"},
		"no dedupe key":        {with("dedupe_key", nil), "no dedupe key"},
		"no time of receipt":   {with("received_at", nil), "no time of receipt"},
		"no body":              {with("body", nil), "field is missing"},
		"a body not in base64": {with("body", "{}"), "malformed"},
		"an unknown field":     {with("verified", true), "unknown"},
		"an event's body":      {string(r.body), "not the JSON of a stored event"},
		"a number":             {"7", "not the JSON of a stored event"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stored webhooks.StoredEvent
			err := json.Unmarshal([]byte(test.text), &stored)
			require.ErrorContains(t, err, test.problem)
			require.NotContains(t, err.Error(), "vp_cs_test_", "no part of a body stands in an error")
			_, err = webhooks.TrustStoredEvent(stored)
			require.Error(t, err)
		})
	}
	_, err = json.Marshal(webhooks.NewStoredEvent(&webhooks.SessionSucceeded{}))
	require.ErrorContains(t, err, "no scheme", "an event that no verifier made is not stored")
}

func TestAStoredEventIsNotPrinted(t *testing.T) {
	t.Parallel()
	const sentinel = "sentinel-a7f3"
	r := setup(t, voraV1())
	event := r.event(t, r.deliveryOf(webhookstest.SessionSucceeded(webhookstest.Set("note", sentinel))))
	stored := webhooks.NewStoredEvent(event)
	var log bytes.Buffer
	for _, logger := range []*slog.Logger{slog.New(slog.NewTextHandler(&log, nil)), slog.New(slog.NewJSONHandler(&log, nil))} {
		logger.Info("stored", "event", stored, "pointer", &stored, "raw", stored.Body)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&log, verb+verb+verb, stored, &stored, struct{ s webhooks.StoredEvent }{stored})
	}
	require.NotContains(t, log.String(), sentinel)
	require.NotContains(t, log.String(), fmt.Sprintf("%x", sentinel))
	require.Contains(t, log.String(), fmt.Sprintf("[%d bytes]", len(event.Info().Raw.Bytes())))

	stored.DedupeKey = "vora-v1/a\nlevel=ERROR"
	require.NotContains(t, stored.String()+stored.LogValue().String(), "\n", "a session's ID adds no line to a log")
}

// What is written as JSON can be read again, without the body, which only a stored event keeps.
func TestJSONOfEverythingCanBeRead(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		for name, body := range bodiesOf(t, s) {
			r := setup(t, s)
			event := r.event(t, r.deliveryOf(body))
			text, err := json.Marshal(event)
			require.NoError(t, err, name)
			requireReadable(t, text, event)
			require.NotContains(t, string(text), `\"`, "the body is not in it")
		}
	}
	r := setup(t, voraV1())
	delivery := r.delivery(webhookstest.WithBodyAfterSigning([]byte("{}")))
	_, err := r.verify(t, webhookstest.Redelivery(delivery))
	requireReadable(t, asJSON(t, err), err)
	diagnosis := webhooks.Diagnose(t.Context(), r.verifier, delivery.Header, []byte("{}"))
	requireReadable(t, asJSON(t, diagnosis), &diagnosis)
	match, err := r.verifier.Authenticate(t.Context(), r.delivery().Header, r.body)
	require.NoError(t, err)
	requireReadable(t, asJSON(t, match), &match)
	requireReadable(t, asJSON(t, webhooks.SigningKey{Secret: secretOf(r.scheme)}), &webhooks.SigningKey{})
	requireReadable(t, asJSON(t, webhooks.KeyHint{SessionID: "a"}), &webhooks.KeyHint{})
	requireReadable(t, asJSON(t, webhooks.Acceptance{Status: webhooks.AcceptanceDone}), &webhooks.Acceptance{})
}

// requireReadable reads JSON into an empty value of the type that v points to.
func requireReadable(t *testing.T, text []byte, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, emptyLike(v)), "%T: %s", v, text)
}

func emptyLike(v any) any { return reflect.New(reflect.TypeOf(v).Elem()).Interface() }
