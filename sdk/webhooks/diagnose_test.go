package webhooks_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// diagnosed is what is found out about a body that was changed after signing.
func (r *receiver) diagnosed(t *testing.T, signed, arrived []byte, opts ...webhookstest.Option) webhooks.Diagnosis {
	t.Helper()
	delivery := r.deliveryOf(signed, opts...)
	diagnosis := webhooks.Diagnose(t.Context(), r.verifier, delivery.Header, arrived)
	_, err := r.verifier.Verify(t.Context(), delivery.Header, arrived)
	if err == nil {
		require.Nil(t, diagnosis.Rejection)
		return diagnosis
	}
	require.Equal(t, err, error(diagnosis.Rejection), "a diagnosis rejects what Verify rejects")
	requireSilentAbout(t, r, delivery, diagnosis.String()+fmt.Sprintf("%+v %#v", diagnosis, diagnosis))
	require.NotContains(t, diagnosis.String(), "\n")
	require.True(t, strings.HasPrefix(diagnosis.String(), err.Error()), diagnosis.String())
	return diagnosis
}

func gzipped(t *testing.T, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(body)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func reencoded(t *testing.T, body []byte, indent string) []byte {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	require.NoError(t, decoder.Decode(&value))
	again, err := json.MarshalIndent(value, "", indent) // sorted, and with escapes for <, > and &
	require.NoError(t, err)
	if indent == "" {
		again, err = json.Marshal(value)
		require.NoError(t, err)
	}
	return again
}

func TestWhatHappensToBodies(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		var indented bytes.Buffer
		require.NoError(t, json.Indent(&indented, s.body, "", "\t"))
		escaping := webhookstest.SessionFailed(webhookstest.Set("error", `<Müller & Söhne> said "no" \ 🙂 http://x`))
		quoted, err := json.Marshal(string(s.body))
		require.NoError(t, err)
		php := strings.NewReplacer("ü", `\u00fc`, "ö", `\u00f6`, "🙂", `\ud83d\ude42`, "/", `\/`).Replace(string(escaping))

		for name, test := range map[string]struct {
			signed, arrived []byte
			cause           webhooks.Cause
			proven          bool
		}{
			"nothing left":                {s.body, nil, webhooks.CauseEmptyBody, true},
			"line break added":            {s.body, append(bytes.Clone(s.body), '\n'), webhooks.CauseTrailingNewline, true},
			"CRLF added":                  {s.body, append(bytes.Clone(s.body), "\r\n"...), webhooks.CauseTrailingNewline, true},
			"line break lost":             {append(bytes.Clone(s.body), '\n'), s.body, webhooks.CauseTrailingNewline, true},
			"CRLF lost":                   {append(bytes.Clone(s.body), "\r\n"...), s.body, webhooks.CauseTrailingNewline, true},
			"byte order mark":             {s.body, append([]byte("\ufeff"), s.body...), webhooks.CauseByteOrderMark, true},
			"gzip":                        {s.body, gzipped(t, s.body), webhooks.CauseCompressed, true},
			"gzip of something else":      {s.body, gzipped(t, []byte(`{}`)), webhooks.CauseCompressed, false},
			"base64":                      {s.body, []byte(base64.StdEncoding.EncodeToString(s.body)), webhooks.CauseBase64, true},
			"base64 for URLs":             {s.body, []byte(base64.RawURLEncoding.EncodeToString(s.body)), webhooks.CauseBase64, true},
			"base64 of something else":    {s.body, []byte(base64.StdEncoding.EncodeToString([]byte(`{"a":"other"}`))), webhooks.CauseBase64, false},
			"base64 with a line break":    {[]byte(`{"a": 1}`), []byte("eyJhIjogMX0=\n"), webhooks.CauseBase64, true},
			"base64 of gzip":              {s.body, []byte(base64.StdEncoding.EncodeToString(gzipped(t, s.body))), webhooks.CauseBase64, false},
			"compact to tabs":             {s.body, indented.Bytes(), webhooks.CauseReserialized, true},
			"sorted":                      {s.body, reencoded(t, s.body, ""), webhooks.CauseReserialized, true},
			"sorted and indented":         {s.body, reencoded(t, s.body, "  "), webhooks.CauseReserialized, true},
			"from sorted":                 {reencoded(t, s.body, ""), indented.Bytes(), webhooks.CauseReserialized, true},
			"from indented":               {reencoded(t, s.body, "  "), s.body, webhooks.CauseReserialized, true},
			"from a wide indentation":     {reencoded(t, s.body, "    "), s.body, webhooks.CauseReserialized, true},
			"from Python":                 {[]byte(`{"b": "a, \"b,c\": d", "a": [1, 2]}`), []byte(`{"b":"a, \"b,c\": d","a":[1,2]}`), webhooks.CauseReserialized, true},
			"line breaks converted":       {[]byte("{\n\"a\": 1\n}"), []byte("{\r\n\"a\": 1\r\n}"), webhooks.CauseReserialized, true},
			"line breaks of Unix":         {[]byte("{\r\n\"a\": 1\r\n}"), []byte("{\n\"a\": 1\n}"), webhooks.CauseReserialized, true},
			"escapes that must stay":      {[]byte(`{"a":"<\u0022\u005c\u000a\ud83d"}`), []byte(`{"a":"\u003c\u0022\u005c\u000a\ud83d"}`), webhooks.CauseReserialized, true},
			"escapes of Go":               {escaping, reencoded(t, escaping, ""), webhooks.CauseReserialized, s.name == webhooks.SchemeVoraV1},
			"escapes of PHP":              {escaping, []byte(php), webhooks.CauseReserialized, true},
			"encoded twice":               {s.body, quoted, webhooks.CauseReserialized, true},
			"another event":               {s.body, []byte(`{"a":1}`), webhooks.CauseUnexplained, false},
			"a truncated event":           {s.body, s.body[:20], webhooks.CauseUnexplained, false},
			"bytes":                       {s.body, []byte{0, 1, 2}, webhooks.CauseUnexplained, false},
			"an escape that is truncated": {s.body, []byte(`{"a":"\ud83d\ude`), webhooks.CauseUnexplained, false},
			"half an escape, valid JSON":  {s.body, []byte(`{"a":"\ud83d \ud83d\u0041 \u0000"}`), webhooks.CauseUnexplained, false},
		} {
			t.Run(string(s.name)+", "+name, func(t *testing.T) {
				t.Parallel()
				if name == "escapes of Go" && s.name != webhooks.SchemeVoraV1 {
					t.Skip("the order of the fields is another scheme's")
				}
				diagnosis := setup(t, s).diagnosed(t, test.signed, test.arrived)
				require.Len(t, diagnosis.Findings, 1, "%s", diagnosis)
				require.Equal(t, test.cause, diagnosis.Findings[0].Cause)
				require.Equal(t, test.proven, diagnosis.Findings[0].Proven)
				require.NotEmpty(t, diagnosis.Findings[0].Advice)
				require.True(t, diagnosis.Has(test.cause))
				require.False(t, diagnosis.Has(webhooks.CauseClockSkew))
			})
		}
	}
}

func TestWhatHappensToKeys(t *testing.T) {
	t.Parallel()
	key := func(secret string) webhooks.SigningKey {
		return webhooks.SigningKey{Name: "the key", Secret: sdk.NewSecret(secret)}
	}
	expired := func(secret string) webhooks.SigningKey {
		k := key(secret)
		k.NotAfter = signedAt().Add(-90 * time.Minute)
		return k
	}
	liveSession := webhookstest.SessionSucceeded(webhookstest.SessionID("vp_cs_live_1"))
	v1, v2, vision := voraV1(), voraV2(), visionScope()
	tests := []struct {
		name   string
		scheme scheme
		body   []byte
		keys   []webhooks.SigningKey
		cause  webhooks.Cause
		proven bool
		advice string
	}{
		{"expired", v1, v1.body, []webhooks.SigningKey{key("vp_sk_test_next"), expired(v1.secret)}, webhooks.CauseKeyExpired, true, `"the key" signed it, which expired 1h30m0s ago`},
		{"expired, alone", v2, v2.body, []webhooks.SigningKey{expired(v2.secret)}, webhooks.CauseKeyExpired, true, "1h30m0s ago"},
		{"line break", v1, v1.body, []webhooks.SigningKey{key(v1.secret + "\n")}, webhooks.CauseKeyPadded, true, "trim it"},
		{"several of another scheme", v1, v1.body, []webhooks.SigningKey{key("whsec_webhooks"), key("whsec_webhooks_2")}, webhooks.CauseKeyOfOtherScheme, false, "vora-v1"},
		{"quotes", vision, vision.body, []webhooks.SigningKey{key(`"` + vision.secret + `"`)}, webhooks.CauseKeyPadded, true, "trim it"},
		{"v2's for v1", v1, v1.body, []webhooks.SigningKey{key("whsec_webhooks")}, webhooks.CauseKeyOfOtherScheme, false, "vora-v1"},
		{"v1's for v2", v2, v2.body, []webhooks.SigningKey{key(v1.secret)}, webhooks.CauseKeyOfOtherScheme, false, "whsec_"},
		{"return URLs' for v1", v1, v1.body, []webhooks.SigningKey{key("ss_test_webhooks")}, webhooks.CauseKeyOfOtherScheme, false, "vp_sk_"},
		{"API key for VisionScope", vision, vision.body, []webhooks.SigningKey{key("vsk_live_webhooks")}, webhooks.CauseKeyOfOtherScheme, false, "webhook_secret"},
		{"tagged otherwise", v2, v2.body, []webhooks.SigningKey{{Name: "the key", Secret: sdk.NewSecret(v2.secret), Scheme: webhooks.SchemeVoraV1}}, webhooks.CauseKeyOfOtherScheme, true, "configured for another scheme"},
		{"test key, live event", v1, liveSession, []webhooks.SigningKey{key("vp_sk_test_another")}, webhooks.CauseKeyOfOtherMode, false, "says that it is live"},
		{"live key, test event", v1, v1.body, []webhooks.SigningKey{key("vp_sk_live_another")}, webhooks.CauseKeyOfOtherMode, false, "says that it is test"},
		{"live envelope, test session", v2, webhookstest.VoraV2Event("charge.succeeded", json.RawMessage(webhookstest.SessionSucceeded()), webhookstest.Set("livemode", true)), []webhooks.SigningKey{{Secret: sdk.NewSecret("whsec_of_another"), Mode: sdk.ModeLive}}, webhooks.CauseUnexplained, false, "compare the secret"},
		{"live body, test session", v1, webhookstest.SessionSucceeded(webhookstest.Set("livemode", true)), []webhooks.SigningKey{key("vp_sk_live_another")}, webhooks.CauseUnexplained, false, "compare the secret"},
		{"both keys", v1, v1.body, []webhooks.SigningKey{key("vp_sk_live_another"), key("vp_sk_test_another")}, webhooks.CauseUnexplained, false, "compare the secret"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := setup(t, test.scheme, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) { return test.keys, nil })))
			receivers := []*receiver{r}
			if test.cause != webhooks.CauseKeyOfOtherScheme && test.cause != webhooks.CauseKeyPadded { // which NewHandler or StaticKeys rejects
				receivers = append(receivers, setup(t, test.scheme, withKeys(keys(t, test.keys...))))
			}
			for _, one := range receivers {
				diagnosis := one.diagnosed(t, test.body, test.body)
				require.Len(t, diagnosis.Findings, 1, "%s", diagnosis)
				require.Equal(t, test.cause, diagnosis.Findings[0].Cause)
				require.Equal(t, test.proven, diagnosis.Findings[0].Proven)
				require.Contains(t, diagnosis.Findings[0].Advice, test.advice)
			}
		})
	}
}

// A secret that is too short verifies nothing, whatever is undone: nothing is proven with it.
func TestADiagnosisTriesNoKeyThatIsTooShort(t *testing.T) {
	t.Parallel()
	s := voraV1()
	const short = "vp_sk_test_a"
	for _, secret := range []string{short, `"` + short + `"`} {
		r := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
			return []webhooks.SigningKey{{Secret: secretOf(s)}, {Secret: sdk.NewSecret(secret)}}, nil
		})))
		delivery := s.sign(short, s.body, webhookstest.At(r.now))
		diagnosis := webhooks.Diagnose(t.Context(), r.verifier, delivery.Header, append(bytes.Clone(s.body), '\n'))
		require.Len(t, diagnosis.Findings, 1, "%s", diagnosis)
		require.Equal(t, webhooks.CauseUnexplained, diagnosis.Findings[0].Cause)
	}
}

func TestTwoThingsAtOnce(t *testing.T) {
	t.Parallel()
	s := voraV1()
	old := webhooks.SigningKey{Name: "old", Secret: sdk.NewSecret(s.secret), NotAfter: signedAt().Add(-time.Hour)}
	live := webhooks.SigningKey{Name: "live", Secret: sdk.NewSecret("vp_sk_live_next")}
	r := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
		return []webhooks.SigningKey{live, old, {Secret: sdk.NewSecret("whsec_of_another")}}, nil
	})))
	diagnosis := r.diagnosed(t, s.body, append(bytes.Clone(s.body), '\n'))
	require.True(t, diagnosis.Has(webhooks.CauseTrailingNewline))
	require.True(t, diagnosis.Has(webhooks.CauseKeyExpired))
	require.True(t, diagnosis.Has(webhooks.CauseKeyOfOtherScheme))
	require.True(t, diagnosis.Findings[0].Proven)
	require.False(t, diagnosis.Findings[len(diagnosis.Findings)-1].Proven, "the proven ones come first")
}

func TestClocks(t *testing.T) {
	t.Parallel()
	for _, s := range []scheme{voraV1(), voraV2()} {
		for _, skew := range []time.Duration{10 * time.Minute, -10 * time.Minute} {
			r := setup(t, s, func(r *receiver) { r.now = signedAt().Add(skew) })
			diagnosis := r.diagnosed(t, s.body, s.body, webhookstest.At(signedAt()))
			require.Equal(t, skew, diagnosis.Skew)
			require.Len(t, diagnosis.Findings, 1)
			require.Equal(t, webhooks.CauseClockSkew, diagnosis.Findings[0].Cause)
			require.Contains(t, diagnosis.Findings[0].Advice, "10m0s")
			require.Contains(t, diagnosis.Findings[0].Advice, map[bool]string{true: "ahead", false: "behind"}[skew > 0])

			r.deliver(t, r.delivery(webhookstest.At(signedAt())))
			require.Contains(t, r.log.String(), "diagnosis.skew="+skew.String())
		}
		good := setup(t, s)
		require.Nil(t, good.diagnosed(t, s.body, s.body).Rejection)
		require.Equal(t, 30*time.Second, good.diagnosed(t, s.body, s.body, webhookstest.At(signedAt().Add(-30*time.Second))).Skew)
		require.Contains(t, good.diagnosed(t, s.body, s.body).String(), "good")
	}
}

func TestWhatHappensToHeaders(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		r := setup(t, s)
		stripped := r.diagnosed(t, s.body, s.body, webhookstest.WithoutSignature())
		require.Equal(t, webhooks.CauseHeaderMissing, stripped.Findings[0].Cause)

		garbage := r.diagnosed(t, s.body, s.body, webhookstest.WithHeader(s.header, "=?"))
		require.NotContains(t, garbage.String(), "=?")
		require.False(t, garbage.Has(webhooks.CauseHeaderMissing), "%s: it has arrived", s.name)

		if !s.anyCase {
			capitals := r.diagnosed(t, s.body, s.body, webhookstest.WithUpperHex())
			require.NotEmpty(t, capitals.Findings, "%s accepts capitals", s.name)
			require.Equal(t, []webhooks.Finding{{Cause: webhooks.CauseHexCase, Proven: true, Advice: capitals.Findings[0].Advice}}, capitals.Findings)
			forged := r.diagnosed(t, s.body, []byte(`{}`), webhookstest.WithUpperHex())
			require.False(t, forged.Has(webhooks.CauseHexCase), "it would not verify in lower case either")
		}
		for _, other := range schemes() {
			if other.name == s.name {
				continue
			}
			delivery := other.sign(other.secret, other.body, webhookstest.At(signedAt()))
			diagnosis := webhooks.Diagnose(t.Context(), r.verifier, delivery.Header, other.body)
			require.True(t, diagnosis.Has(webhooks.CauseOtherScheme), "%s at %s: %s", other.name, s.name, diagnosis)
			require.Contains(t, diagnosis.String(), string(other.name))
		}
	}
	timeless := setup(t, voraV1())
	require.Contains(t, timeless.diagnosed(t, timeless.body, timeless.body, webhookstest.WithHeader("X-VonPay-Timestamp")).String(), "X-Vonpay-Timestamp did not arrive")

	both := voraV1().sign("x", nil, webhookstest.WithHeader("X-Signature", "y"))
	diagnosis := webhooks.Diagnose(t.Context(), anyOf(t, visionScope(), voraV1()), both.Header, nil)
	require.True(t, diagnosis.Has(webhooks.CauseOtherScheme))
	require.Contains(t, diagnosis.String(), "visionscope and vora-v1")
}

func TestRejectionsThatNeedNoDiagnosis(t *testing.T) {
	t.Parallel()
	s := voraV1()
	for _, response := range []error{webhooks.ErrOffboarded, errStoreDown, webhooks.ErrUnknownMerchant} {
		r := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) { return nil, response })))
		require.Empty(t, r.diagnosed(t, s.body, s.body).Findings)
	}
	require.Equal(t, webhooks.ReasonNoKeys, webhooks.Diagnose(t.Context(), nil, nil, nil).Rejection.Reason)
	require.Equal(t, webhooks.ReasonNoKeys, webhooks.Diagnose(t.Context(), webhooks.Any(), http.Header{"X-Signature": {"x"}}, nil).Rejection.Reason)

	live := setup(t, voraV2(), withKeys(keys(t, webhooks.SigningKey{Secret: secretOf(voraV2()), Mode: sdk.ModeLive})))
	require.True(t, live.diagnosed(t, live.body, live.body).Has(webhooks.CauseKeyOfOtherMode))
	require.True(t, live.diagnosed(t, live.body, live.body).Findings[0].Proven)
}

// A stranger must not be able to keep this machine busy with a delivery that nobody accepts. What
// is beyond the bounds stays unexplained.
func TestADiagnosisIsBounded(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("what is bounded is filled where there is no -short")
	}
	s := voraV1()
	among := func(place int) *receiver {
		list := make([]webhooks.SigningKey, 20)
		for i := range list {
			list[i] = webhooks.SigningKey{Secret: sdk.NewSecret(fmt.Sprintf("vp_sk_test_number%d", i))}
		}
		list[place].Secret = secretOf(s)
		return setup(t, s, withKeys(keys(t, list...)))
	}
	large := append(bytes.Repeat([]byte("x"), 3<<20), '\n')
	deep := append(append([]byte(`{"a":[`), bytes.Repeat([]byte("1, "), 30<<10)...), "1]}"...)
	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, deep))

	for _, test := range []struct {
		name            string
		receiver        *receiver
		signed, arrived []byte
		cause           webhooks.Cause
	}{
		{"first key", among(0), s.body, append(bytes.Clone(s.body), '\n'), webhooks.CauseTrailingNewline},
		{"more keys than are tried", among(12), s.body, append(bytes.Clone(s.body), '\n'), webhooks.CauseUnexplained},
		{"more bytes than are hashed", among(0), large[:len(large)-1], large, webhooks.CauseUnexplained},
		{"more JSON than is rewritten", among(0), compact.Bytes(), deep, webhooks.CauseUnexplained},
		{"nesting", among(0), s.body, bytes.Repeat([]byte("["), 1<<20), webhooks.CauseUnexplained},
		{"more bytes than are decompressed", among(0), make([]byte, 2<<20), gzipped(t, make([]byte, 2<<20)), webhooks.CauseCompressed},
		{"a gzip bomb", among(0), make([]byte, 64<<20), gzipped(t, make([]byte, 64<<20)), webhooks.CauseCompressed},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			diagnosis := test.receiver.diagnosed(t, test.signed, test.arrived)
			require.Len(t, diagnosis.Findings, 1)
			require.Equal(t, test.cause, diagnosis.Findings[0].Cause)
			require.Equal(t, test.cause == webhooks.CauseTrailingNewline, diagnosis.Findings[0].Proven)
		})
	}
}

func TestTheHandlersLogHasTheDiagnosis(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		r := setup(t, s)
		response := r.deliver(t, r.delivery(webhookstest.WithBodyAfterSigning(append(bytes.Clone(s.body), '\n'))))
		require.Equal(t, http.StatusUnauthorized, response.Code)
		require.NotContains(t, response.Body.String(), "newline")
		require.Contains(t, r.log.String(), "diagnosis.causes=trailing_newline")
		require.Contains(t, r.log.String(), "hand the body on byte for byte")
		require.NotContains(t, r.log.String(), s.secret)
		require.NotContains(t, r.log.String(), "skew")

		for range 100 {
			r.deliver(t, r.delivery(webhookstest.WithBodyAfterSigning(nil)))
		}
		require.Equal(t, 101, strings.Count(r.log.String(), "webhook rejected"))
		require.Less(t, strings.Count(r.log.String(), "diagnosis.causes"), 60, "there is not always time for a diagnosis")
	}
}

// Without a look-up that a stranger causes: a malformed header asks nobody for keys.
func TestTheHandlerDiagnosesWithoutAskingForKeys(t *testing.T) {
	t.Parallel()
	asked := 0
	r := setup(t, voraV1(), withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
		asked++
		return []webhooks.SigningKey{{Secret: secretOf(voraV1())}}, nil
	})))
	r.deliver(t, r.delivery(webhookstest.WithUpperHex()))
	require.Zero(t, asked)
	require.True(t, r.diagnosed(t, r.body, r.body, webhookstest.WithUpperHex()).Has(webhooks.CauseHexCase), "a tool may ask")
	require.Equal(t, 1, asked)

	r = setup(t, voraV1())
	r.deliver(t, r.delivery(webhookstest.WithUpperHex()))
	require.Contains(t, r.log.String(), "diagnosis.causes=hex_case", "keys that need no look-up are there")
}

// A program may pass the request on after a diagnosis.
func TestADiagnosisLeavesTheHeadersAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		r := setup(t, s)
		delivery := r.delivery(webhookstest.WithUpperHex())
		before := delivery.Header.Clone()
		webhooks.Diagnose(t.Context(), r.verifier, delivery.Header, s.body)
		require.Equal(t, before, delivery.Header)
	}
}
