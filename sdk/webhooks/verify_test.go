package webhooks_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func TestSchemesRejectOneAnother(t *testing.T) {
	t.Parallel()
	for _, sender := range schemes() {
		for _, receiving := range schemes() {
			t.Run(fmt.Sprintf("%s to %s", sender.name, receiving.name), func(t *testing.T) {
				t.Parallel()
				// One secret for both, which a careless configuration would have.
				const secret = "one secret for all"
				receiving.secret = secret
				r := setup(t, receiving)
				delivery := sender.sign(secret, receiving.body, webhookstest.At(r.now))
				if sender.name == receiving.name {
					r.event(t, delivery)
					return
				}
				require.Contains(t, []webhooks.Reason{webhooks.ReasonMissingSignature, webhooks.ReasonMalformedSignature}, r.rejection(t, delivery).Reason)
				require.NotEqual(t, http.StatusOK, r.deliver(t, webhookstest.Redelivery(delivery)).Code)
				require.Empty(t, r.events)
			})
		}
	}
}

func TestAnHMACOfOneVoraSchemeDoesNotFitIntoTheOther(t *testing.T) {
	t.Parallel()
	v1, v2 := voraV1(), voraV2()
	v1.secret, v2.secret = "one secret for both", "one secret for both"

	t.Run("v1 as v2", func(t *testing.T) {
		t.Parallel()
		r := setup(t, v2)
		hmac := v1.sign(v1.secret, v2.body).Header.Get(v1.header)
		moved := fmt.Sprintf("t=%d,v1=%s", r.now.Unix(), hmac)
		require.Equal(t, webhooks.ReasonWrongSignature, r.rejection(t, r.delivery(webhookstest.WithHeader(v2.header, moved))).Reason)
	})
	t.Run("v2 as v1", func(t *testing.T) {
		t.Parallel()
		r := setup(t, v1)
		_, hmac, _ := strings.Cut(v2.sign(v1.secret, v1.body, webhookstest.At(r.now)).Header.Get(v2.header), ",v1=")
		require.Equal(t, webhooks.ReasonWrongSignature, r.rejection(t, r.delivery(webhookstest.WithHeader(v1.header, hmac))).Reason)
	})
}

func TestHexCase(t *testing.T) {
	t.Parallel()
	t.Run("VisionScope takes both", func(t *testing.T) {
		t.Parallel()
		r := setup(t, visionScope())
		lower, upper := r.delivery(), r.delivery(webhookstest.WithUpperHex())
		require.NotEqual(t, lower.Header.Get(r.header), upper.Header.Get(r.header))
		r.event(t, lower)
		r.event(t, upper)
	})
	for _, s := range []scheme{voraV1(), voraV2()} {
		t.Run(string(s.name)+" takes lower case only", func(t *testing.T) {
			t.Parallel()
			r := setup(t, s)
			r.event(t, r.delivery())
			require.Equal(t, webhooks.ReasonMalformedSignature, r.rejection(t, r.delivery(webhookstest.WithUpperHex())).Reason)
		})
	}
}

func TestReplayWindow(t *testing.T) {
	t.Parallel()
	tests := []struct {
		scheme scheme
		age    time.Duration // of the signature, when it arrives
		reason webhooks.Reason
		detail string
	}{
		{voraV1(), 5 * time.Minute, "", ""},
		{voraV1(), 5*time.Minute + time.Millisecond, webhooks.ReasonTooOld, "the maximum is 5m0s"},
		{voraV1(), -5 * time.Minute, "", ""},
		{voraV1(), -5*time.Minute - time.Millisecond, webhooks.ReasonTooNew, "the maximum is 5m0s"},
		{voraV2(), 5 * time.Minute, "", ""},
		{voraV2(), 5*time.Minute + time.Millisecond, webhooks.ReasonTooOld, "signed 5m0s ago, the maximum is 5m0s"},
		{voraV2(), 6 * time.Minute, webhooks.ReasonTooOld, "signed 6m0s ago, the maximum is 5m0s"},
		{voraV2(), -30 * time.Second, "", ""},
		{voraV2(), -30*time.Second - time.Millisecond, webhooks.ReasonTooNew, "the maximum is 30s"},
		{voraV2(), -time.Minute, webhooks.ReasonTooNew, "signed 1m0s in the future, the maximum is 30s"},
		{visionScope(), 10 * 365 * 24 * time.Hour, "", ""}, // which documents no window
		{visionScope(), -10 * 365 * 24 * time.Hour, "", ""},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s, %s", test.scheme.name, test.age), func(t *testing.T) {
			t.Parallel()
			r := setup(t, test.scheme, func(r *receiver) { r.now = signedAt().Add(test.age) })
			delivery := r.delivery(webhookstest.At(signedAt()))
			if test.reason == "" {
				require.Equal(t, signedAt(), r.event(t, delivery).Info().SignedAt)
				return
			}
			rejection := r.rejection(t, delivery)
			require.Equal(t, test.reason, rejection.Reason)
			require.Contains(t, rejection.Detail, test.detail)
		})
	}
}

func TestAgesThatNoDurationHolds(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV1())
	for stamp, reason := range map[string]webhooks.Reason{
		"9999-12-31T23:59:59Z": webhooks.ReasonTooNew,
		"0001-01-01T00:00:00Z": webhooks.ReasonTooOld,
	} {
		rejection := r.rejection(t, r.delivery(webhookstest.WithHeader("X-VonPay-Timestamp", stamp)))
		require.Equal(t, reason, rejection.Reason)
		require.NotContains(t, rejection.Detail, "-", "a negative age explains nothing")
	}
}

func TestVoraV2TakesEitherOfTwoSignatures(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV2())
	r.event(t, r.sign("whsec_of_another", r.body, webhookstest.At(r.now), webhookstest.WithSecondSignature(r.secret)))
	r.event(t, r.sign(r.secret, r.body, webhookstest.At(r.now), webhookstest.WithSecondSignature("whsec_of_another")))
}

func TestVoraV2SignsTheTextOfTheTime(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV2())
	delivery := r.delivery()
	later := strings.Replace(delivery.Header.Get(r.header), "t=1776777494", "t=1776777495", 1)
	require.NotEqual(t, delivery.Header.Get(r.header), later)
	require.Equal(t, webhooks.ReasonWrongSignature, r.rejection(t, r.delivery(webhookstest.WithHeader(r.header, later))).Reason)

	// The same number, but not the text that was signed.
	padded := strings.Replace(delivery.Header.Get(r.header), "t=", "t=0", 1)
	require.Equal(t, webhooks.ReasonWrongSignature, r.rejection(t, r.delivery(webhookstest.WithHeader(r.header, padded))).Reason)
}

func TestWhenVisionScopeSignedIsToldAndNotNeeded(t *testing.T) {
	t.Parallel()
	r := setup(t, visionScope())
	require.Equal(t, signedAt(), r.event(t, r.delivery()).Info().SignedAt)
	require.True(t, r.event(t, r.delivery(webhookstest.WithHeader("X-Timestamp"))).Info().SignedAt.IsZero())
	require.True(t, r.event(t, r.delivery(webhookstest.WithHeader("X-Timestamp", "yesterday"))).Info().SignedAt.IsZero())
}
