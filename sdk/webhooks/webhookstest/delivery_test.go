package webhookstest_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const hello = `{"hello":"world"}`

// Computed with: printf '{"hello":"world"}' | openssl dgst -sha256 -hmac secret, and with the time
// and a dot before it.
const (
	helloMAC   = "2677ad3e7c090b2fa2c0fb13020d66d5420879b8316eb356a2d60fb9073bc778"
	helloV2MAC = "976220a07bca5f276e464eeb03a6bb749d0b4a6d93874274ff1993e2e7bce743"
	otherV2MAC = "7026dc5a69babd0464ba86a192706c723b4c670dbac84377fbccbfc83ddaefa3"
)

func at() time.Time { return time.Unix(1776777494, 650_000_000) }

func TestHeaders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		delivery *http.Request
		want     http.Header
	}{
		{"Vora", webhookstest.Vora("secret", []byte(hello), webhookstest.At(at())), http.Header{
			"Content-Type": {"application/json"}, "User-Agent": {"VonPay-Webhook/1.0"},
			"X-Vonpay-Signature": {helloMAC}, "X-Vonpay-Timestamp": {"2026-04-21T13:18:14.650Z"},
		}},
		{"VoraV2", webhookstest.VoraV2("secret", []byte(hello), webhookstest.At(at())), http.Header{
			"Content-Type": {"application/json"}, "X-Vonpay-Signature": {"t=1776777494,v1=" + helloV2MAC},
		}},
		{"VisionScope", webhookstest.VisionScope("secret", []byte(hello), webhookstest.At(at())), http.Header{
			"Content-Type": {"application/json"}, "User-Agent": {"VisionScope-Webhook/1.0"},
			"X-Signature": {helloMAC}, "X-Timestamp": {"2026-04-21T13:18:14.650Z"},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, test.delivery.Header)
			require.Equal(t, http.MethodPost, test.delivery.Method)
			require.Equal(t, "https://merchant.example.com/webhooks", test.delivery.URL.String())
			require.Equal(t, "merchant.example.com", test.delivery.Host)
			require.Equal(t, hello, read(t, test.delivery))
			_, _, err := net.SplitHostPort(test.delivery.RemoteAddr)
			require.NoError(t, err)
		})
	}
}

func TestDeliveriesAreTheContracts(t *testing.T) {
	t.Parallel()
	received := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"received":true}`)
	})
	for _, body := range [][]byte{
		webhookstest.SessionSucceeded(), webhookstest.SessionFailed(), webhookstest.SessionExpired(), webhookstest.RefundCreated(),
	} {
		contracttest.Vora(t).Deliveries(received).ServeHTTP(httptest.NewRecorder(), webhookstest.Vora("vp_sk_test_example", body))
	}
	v2 := webhookstest.VoraV2("whsec_example", webhookstest.VoraV2Event("charge.succeeded", nil), webhookstest.WithSecondSignature("whsec_old"))
	contracttest.Vora(t).Deliveries(received).ServeHTTP(httptest.NewRecorder(), v2)
	for _, body := range [][]byte{webhookstest.PaymentSucceeded(), webhookstest.PaymentFailed()} {
		contracttest.VisionScope(t).Deliveries(received).ServeHTTP(httptest.NewRecorder(), webhookstest.VisionScope("secret", body))
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	send := func(opts ...webhookstest.Option) *http.Request {
		return webhookstest.VisionScope("secret", []byte(hello), opts...)
	}
	require.Equal(t, "http://127.0.0.1:8080/x?y=z", send(webhookstest.To("http://127.0.0.1:8080/x?y=z")).URL.String())
	require.Equal(t, strings.ToUpper(helloMAC), send(webhookstest.WithUpperHex()).Header.Get("X-Signature"))

	tampered := send(webhookstest.WithBodyAfterSigning([]byte("{}")))
	require.Equal(t, helloMAC, tampered.Header.Get("X-Signature"))
	require.EqualValues(t, 2, tampered.ContentLength)
	require.Equal(t, "{}", read(t, tampered))

	require.NotContains(t, send(webhookstest.WithoutSignature()).Header, "X-Signature")
	require.Contains(t, send(webhookstest.WithoutSignature()).Header, "X-Timestamp")

	require.Equal(t, []string{"1", "2"}, send(webhookstest.WithHeader("x-signature", "1", "2")).Header.Values("X-Signature"))
	require.NotContains(t, send(webhookstest.WithHeader("content-type")).Header, "Content-Type")

	v2 := webhookstest.VoraV2("secret", []byte(hello), webhookstest.At(at()), webhookstest.WithSecondSignature("other"))
	require.Equal(t, "t=1776777494,v1="+helloV2MAC+",v1="+otherV2MAC, v2.Header.Get("x-vonpay-signature"))
}

func TestADeliveryIsSignedNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // where the time is midnight, at the start of the year 2000
		delivery := webhookstest.VisionScope("secret", []byte(hello))
		require.Equal(t, "2000-01-01T00:00:00.000Z", delivery.Header.Get("X-Timestamp"))
	})
}

func TestAgain(t *testing.T) {
	t.Parallel()
	first := webhookstest.Vora("secret", []byte(hello), webhookstest.WithBodyAfterSigning([]byte("{}")))
	require.Equal(t, "{}", read(t, first))

	second := webhookstest.Redelivery(first)
	require.Equal(t, "{}", read(t, second))
	require.Equal(t, first.Header, second.Header)
	second.Header.Del("X-VonPay-Signature")
	require.NotEmpty(t, first.Header.Get("X-VonPay-Signature"), "they share nothing")
	require.Equal(t, "{}", read(t, webhookstest.Redelivery(second)))
}

func TestDeliveriesThatCannotBeMade(t *testing.T) {
	t.Parallel()
	requirePanic(t, "for schemes that send several", func() { webhookstest.Vora("a", nil, webhookstest.WithSecondSignature("b")) })
	requirePanic(t, "for schemes that send several", func() { webhookstest.VisionScope("a", nil, webhookstest.WithSecondSignature("b")) })
	requirePanic(t, "parse", func() { webhookstest.Vora("a", nil, webhookstest.To("http://%")) })
}

func read(t *testing.T, delivery *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(delivery.Body)
	require.NoError(t, err)
	return string(body)
}
