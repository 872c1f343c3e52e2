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

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// FuzzVoraV2Header reads headers that strangers made. RIGHT stands in them for the signature of the header's first time,
// which the fuzzer would never find.
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
		keys, err := webhooks.StaticKeys(webhooks.Key{Secret: sdk.NewSecret(secret)})
		require.NoError(t, err)
		verifier := webhooks.VoraV2(keys, webhooks.WithClock(signedAt))
		_, err = verifier.Verify(t.Context(), http.Header{"X-Vonpay-Signature": {header}}, body)

		elements := strings.Split(header, ",")
		if err == nil {
			// Whatever else there is, a signature of the one time is among the elements, and the time is now.
			stamps := slices.DeleteFunc(slices.Clone(elements), func(e string) bool { return !strings.HasPrefix(e, "t=") })
			require.Len(t, stamps, 1)
			stamp := strings.TrimPrefix(stamps[0], "t=")
			require.Contains(t, elements, "v1="+right(stamp))
			require.LessOrEqual(t, len(elements), 3)
			seconds, err := strconv.ParseInt(stamp, 10, 64)
			require.NoError(t, err)
			require.True(t, inV2Window(seconds))
			return
		}
		if parts := documented.FindStringSubmatch(header); parts != nil {
			seconds, err := strconv.ParseInt(parts[1], 10, 64)
			signed := slices.Contains(elements, "v1="+right(parts[1]))
			require.False(t, err == nil && signed && inV2Window(seconds), "a good delivery was refused: %s", header)
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
		webhookstest.EventV2("payout.paid", nil), webhookstest.PaymentSucceeded(), webhookstest.PaymentFailed(),
		webhookstest.PaymentSucceeded(webhookstest.Set("amount", "ten")), nil, []byte("null"), []byte(`{"event":["session.succeeded"]}`),
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, s := range schemes() {
			r := setup(t, s)
			event := r.event(t, r.deliveryOf(body))
			about := event.About()
			require.Equal(t, s.name, about.Scheme)
			require.True(t, strings.HasPrefix(about.DedupeKey, string(s.name)+"/"), about.DedupeKey)
			require.Equal(t, string(body), string(about.Raw.Bytes()))

			again := r.event(t, r.deliveryOf(body, webhookstest.At(r.now.Add(time.Second))))
			require.Equal(t, about.DedupeKey, again.About().DedupeKey)
			switch event := event.(type) {
			case *webhooks.Unknown, *webhooks.EventV2:
			default:
				require.False(t, event.About().Amount.IsZero(), "an amount that was not read")
				require.NotEmpty(t, event.About().SessionID)
			}
		}
	})
}
