package webhooks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/lenient"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// FuzzVoraV2Header reads headers that strangers made. RIGHT stands in them for the signature of the
// header's first time, which the fuzzer would never find.
func FuzzVoraV2Header(f *testing.F) {
	const secret = "whsec_webhooks"
	zeros := strings.Repeat("0", 64)
	for _, header := range []string{
		"t=1776777494,v1=RIGHT", "t=1776777494,v1=" + zeros + ",v1=RIGHT", "t=1776777494,v1=RIGHT,v1=" + zeros, "v1=RIGHT,t=1776777494",
		"t=1776777494,v1=RIGHT,v1=RIGHT,v1=RIGHT", "t=1776777494,t=1776777495,v1=RIGHT", "t=01776777494,v1=RIGHT", "t=1776777494,v1=RIGHT,",
		"t=1776777494,v1=RIGHT,v0=", "t=,v1=RIGHT", "t=-1,v1=RIGHT", "t=1776777494, v1=RIGHT", "t=1,v1=RIGHT", "t=9223372036854775808,v1=RIGHT",
		"t=1776777494", "v1=", "=", ",", "", zeros,
	} {
		f.Add(header, []byte(`{"id":"evt_1","type":"payout.paid"}`))
	}
	documented := regexp.MustCompile(`^t=([0-9]+)((?:,v1=[0-9a-f]{64}){1,2})$`)
	anyTime := regexp.MustCompile(`t=([^,]*)`)

	f.Fuzz(func(t *testing.T, header string, body []byte) {
		right := func(stamp string) string {
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write([]byte(stamp + "."))
			mac.Write(body)
			return hex.EncodeToString(mac.Sum(nil))
		}
		if first := anyTime.FindStringSubmatch(header); first != nil {
			header = strings.ReplaceAll(header, "RIGHT", right(first[1]))
		}
		keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(secret)})
		require.NoError(t, err)
		verifier := webhooks.VoraV2(keys, webhooks.WithClock(signedAt))
		_, err = verifier.Verify(t.Context(), http.Header{"X-Vonpay-Signature": {header}}, body)

		if strings.Contains(header, `"`) {
			return // in a quoted string a comma separates nothing; see TestTheV2HeaderIsAList
		}
		elements := strings.Split(header, ",")
		for i := range elements {
			elements[i] = strings.Trim(elements[i], " \t")
		}
		if err == nil {
			// Whatever else there is, a signature of the one time is among the elements, and the
			// time is now.
			stamps := slices.DeleteFunc(slices.Clone(elements), func(e string) bool { return !strings.HasPrefix(e, "t=") })
			require.Len(t, stamps, 1)
			stamp := strings.TrimPrefix(stamps[0], "t=")
			require.Contains(t, elements, "v1="+right(stamp))
			seconds, err := strconv.ParseInt(stamp, 10, 64)
			require.NoError(t, err)
			require.True(t, inV2Window(seconds))
			return
		}
		if parts := documented.FindStringSubmatch(header); parts != nil {
			seconds, err := strconv.ParseInt(parts[1], 10, 64)
			signed := slices.Contains(elements, "v1="+right(parts[1]))
			require.False(t, err == nil && signed && inV2Window(seconds), "a good delivery was rejected: %s", header)
		}
	})
}

func inV2Window(seconds int64) bool {
	at := time.Unix(seconds, 0)
	return !at.Before(signedAt().Add(-5*time.Minute)) && !at.After(signedAt().Add(30*time.Second))
}

// FuzzDecode reads bodies that only the signature speaks for.
func FuzzDecode(f *testing.F) {
	for _, body := range [][]byte{
		webhookstest.SessionSucceeded(), webhookstest.SessionFailed(), webhookstest.SessionExpired(), webhookstest.RefundCreated(),
		webhookstest.RefundCreated(webhookstest.Unset("refundId")), webhookstest.SessionSucceeded(webhookstest.Set("event", "new")),
		webhookstest.VoraV2Event("payout.paid", nil), webhookstest.PaymentSucceeded(), webhookstest.PaymentFailed(),
		webhookstest.PaymentSucceeded(webhookstest.Set("amount", "ten")), nil, []byte("null"), []byte(`{"event":["session.succeeded"]}`),
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, s := range schemes() {
			r := setup(t, s)
			event := r.event(t, r.deliveryOf(body))
			about := event.Info()
			require.Equal(t, s.name, about.Scheme)
			shape, _, _ := strings.Cut(about.DedupeKey, "/") // a body of either shape comes under either header
			require.Equal(t, s.name.Gateway(), webhooks.Scheme(shape).Gateway(), about.DedupeKey)
			require.Equal(t, string(body), string(about.Raw.Bytes()))

			again := r.event(t, r.deliveryOf(body, webhookstest.At(r.now.Add(time.Second))))
			require.Equal(t, about.DedupeKey, again.Info().DedupeKey)
			switch event := event.(type) {
			case *webhooks.UnknownEvent, *webhooks.VoraV2Event:
			default:
				require.False(t, event.Info().Amount.IsZero(), "an amount that was not read")
				require.NotEmpty(t, event.Info().SessionID)
			}
		}
	})
}

// FuzzHeaders reads the headers of the two schemes that have one text for a signature. RIGHT stands
// for the right one.
func FuzzHeaders(f *testing.F) {
	for _, stamp := range []string{"2026-04-21T13:18:14Z", "2026-04-21T13:18:14.650Z", "2026-04-21T15:18:14+02:00", "2026-04-21T13:18:14,5Z", "1776777494", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59Z", "", "\x00"} {
		for _, value := range []string{"RIGHT", " RIGHT", "RIGHT,RIGHT", "", strings.Repeat("0", 64), strings.Repeat("A", 64), "v1=RIGHT"} {
			f.Add(value, stamp, []byte(`{"event":"payment.success"}`))
		}
	}
	f.Fuzz(func(t *testing.T, value, stamp string, body []byte) {
		for _, s := range []scheme{visionScope(), voraV1()} {
			r := setup(t, s)
			right := r.deliveryOf(body).Header.Get(s.header)
			header := strings.ReplaceAll(value, "RIGHT", right)
			headers := http.Header{}
			headers.Set(s.header, header)
			headers.Set("X-VonPay-Timestamp", stamp)
			headers.Set("X-Timestamp", stamp)
			_, err := r.verifier.Verify(t.Context(), headers, body)
			if s.name == webhooks.SchemeVisionScope {
				require.Equal(t, strings.EqualFold(header, right), err == nil)
				continue
			}
			at, unreadable := lenient.ParseTime(stamp)
			require.Equal(t, header == right && unreadable == nil && at.Sub(signedAt()).Abs() <= 5*time.Minute, err == nil)
		}
	})
}

// FuzzDiagnose explains what strangers made. It must agree with Verify, and tell nothing of what it
// saw.
func FuzzDiagnose(f *testing.F) {
	for _, body := range []string{
		string(webhookstest.SessionSucceeded()), string(webhookstest.PaymentFailed()) + "\n", "\ufeff{}", "\x1f\x8b\x08", "eyJhIjoxfQ==", `{"a":"\u00e9\ud83d\ude42\/"}`, `{"a": [1, {"b": "c"}]}`,
		`"{\"a\":1}"`, "[[[[", "", "null", `{"event":"a","event":"b"}`,
	} {
		f.Add("RIGHT", "2026-04-21T13:18:14Z", []byte(body), uint8(0), true)
		f.Add("t=1776777494,v1=RIGHT", "", []byte(body), uint8(2), false)
		f.Add("t=1,v1=RIGHT,v1=RIGHT", "x", []byte(body), uint8(1), false)
	}
	f.Fuzz(func(t *testing.T, value, stamp string, body []byte, at uint8, several bool) {
		s := schemes()[int(at)%len(schemes())]
		r := setup(t, s)
		verifier := r.verifier
		if several {
			verifier = anyOf(t, schemes()...)
		}
		headers := http.Header{}
		headers.Set(s.header, strings.ReplaceAll(value, "RIGHT", strings.Repeat("0a", 32)))
		headers.Set("X-VonPay-Timestamp", stamp)
		diagnosis := webhooks.Diagnose(t.Context(), verifier, headers, body)
		_, err := verifier.Verify(t.Context(), headers, body)
		if err == nil {
			require.Nil(t, diagnosis.Rejection)
			return
		}
		require.Equal(t, err, error(diagnosis.Rejection))
		require.NotContains(t, diagnosis.String(), s.secret)
		require.NotContains(t, diagnosis.String(), "\n")
		for _, finding := range diagnosis.Findings {
			require.NotEmpty(t, finding.Advice)
			require.False(t, finding.Proven && finding.Cause != webhooks.CauseEmptyBody && finding.Cause != webhooks.CauseOtherScheme && finding.Cause != webhooks.CauseHeaderMissing,
				"nobody has signed this")
		}
	})
}
