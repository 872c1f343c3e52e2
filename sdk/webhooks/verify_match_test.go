package webhooks_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func TestTheEventSaysWhichKeyMatched(t *testing.T) {
	t.Parallel()
	ends := signedAt().Add(time.Hour)
	for _, s := range schemes() {
		r := setup(t, s, withKeys(keys(t,
			webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret("new-" + s.secret), Mode: sdk.ModeTest},
			webhooks.SigningKey{Name: "rotated out", Reference: "order 789012", Secret: sdk.NewSecret(s.secret), Mode: sdk.ModeTest, NotAfter: ends},
		)))
		about := r.event(t, r.delivery()).Info()
		require.Equal(t, "rotated out", about.KeyName)
		require.Equal(t, ends, about.KeyExpires)
		require.Equal(t, sdk.ModeTest, about.Mode)

		match, err := r.verifier.Authenticate(t.Context(), r.delivery().Header, s.body)
		require.NoError(t, err)
		want := webhooks.SignatureMatch{
			Scheme: s.name, KeyName: "rotated out", Reference: "order 789012", KeyExpires: ends, Mode: sdk.ModeTest, SignedAt: signedAt(),
		}
		if s.timeless {
			want.SignedAt = time.Time{}
		}
		require.Equal(t, want, match)
		require.True(t, r.event(t, s.sign("new-"+s.secret, s.body, webhookstest.At(r.now))).Info().KeyExpires.IsZero())
	}
}

// Authenticate rejects what Verify rejects, for the same reason.
func TestAuthenticateIsVerifyWithoutTheEvent(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		for _, opt := range []webhookstest.Option{
			webhookstest.WithoutSignature(), webhookstest.WithBodyAfterSigning([]byte(`{}`)), webhookstest.At(signedAt().Add(-time.Hour)),
			webhookstest.WithHeader(s.header, "xyz"),
		} {
			for _, owner := range []string{"", "mer_acme_vitamins", "mer_brightline_saas"} {
				r := setup(t, s, withKeys(keys(t, webhooks.SigningKey{Secret: sdk.NewSecret(s.secret), MerchantID: owner})))
				delivery := r.delivery(opt)
				body := s.body
				if delivery.ContentLength == 2 {
					body = []byte(`{}`)
				}
				_, want := r.verifier.Verify(t.Context(), delivery.Header, body)
				match, err := r.verifier.Authenticate(t.Context(), delivery.Header, body)
				require.Equal(t, want, err)
				if err != nil {
					require.Zero(t, match)
				}
			}
		}
	}
}

func TestModesComeFromPrefixes(t *testing.T) {
	t.Parallel()
	for secret, mode := range map[string]sdk.Mode{
		"vp_sk_test_webhooks": sdk.ModeTest, "vp_sk_live_webhooks": sdk.ModeLive, "vp_key_legacy_1": "", "anything at all": "",
	} {
		r := setup(t, voraV1(), func(r *receiver) { r.secret = secret }, func(r *receiver) { r.keys = keys(t, webhooks.SigningKey{Secret: sdk.NewSecret(secret)}) })
		require.Equal(t, mode, r.event(t, r.delivery()).Info().Mode, secret)
	}
}

// Who has a test secret, which is kept less well, must not be able to make live events.
func TestATestKeyDoesNotSignLiveEvents(t *testing.T) {
	t.Parallel()
	s := voraV2()
	live := webhookstest.VoraV2Event("charge.succeeded", nil, webhookstest.Set("livemode", true))
	untold := webhookstest.VoraV2Event("charge.succeeded", nil, webhookstest.Unset("livemode"))
	for _, test := range []struct {
		key    sdk.Mode
		body   []byte
		mode   sdk.Mode
		reason webhooks.Reason
	}{
		{sdk.ModeTest, s.body, sdk.ModeTest, ""},
		{sdk.ModeTest, live, "", webhooks.ReasonWrongMode},
		{sdk.ModeLive, live, sdk.ModeLive, ""},
		{sdk.ModeLive, s.body, "", webhooks.ReasonWrongMode},
		{sdk.ModeLive, untold, sdk.ModeLive, ""},
		{"", live, sdk.ModeLive, ""},
		{"", untold, "", ""},
	} {
		r := setup(t, s, withKeys(keys(t, webhooks.SigningKey{Secret: sdk.NewSecret(s.secret), Mode: test.key})))
		if test.reason != "" {
			rejection := r.rejection(t, r.deliveryOf(test.body))
			require.Equal(t, test.reason, rejection.Reason)
			require.Contains(t, rejection.Detail, fmt.Sprintf("event, signed with a %s key", test.key))
			requireResponse(t, r.deliver(t, r.deliveryOf(test.body)), 401, voraInvalid)
			continue
		}
		require.Equal(t, test.mode, r.event(t, r.deliveryOf(test.body)).Info().Mode)
	}
}

// The timeline of a rotation: the old key, both, the new one; and a key that is revoked instead.
func TestRotationTimeline(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		t.Run(string(s.name), func(t *testing.T) {
			t.Parallel()
			old, next := webhooks.SigningKey{Name: "old", Secret: sdk.NewSecret(s.secret)}, webhooks.SigningKey{Name: "next", Secret: sdk.NewSecret("next-" + s.secret)}
			configured := []webhooks.SigningKey{old}
			r := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) { return configured, nil })))
			signedBy := func() (names string) {
				for _, key := range []webhooks.SigningKey{old, next} {
					event, err := r.verify(t, s.sign(key.Secret.Reveal(), s.body, webhookstest.At(r.now)))
					if err == nil {
						require.Equal(t, key.Name, event.Info().KeyName)
						names += " " + key.Name
					}
				}
				return strings.TrimSpace(names)
			}
			require.Equal(t, "old", signedBy())

			old.NotAfter = r.now.Add(24 * time.Hour)
			configured = []webhooks.SigningKey{next, old}
			require.Equal(t, "old next", signedBy())
			r.now = r.now.Add(24 * time.Hour)
			require.Equal(t, "old next", signedBy())
			r.now = r.now.Add(time.Nanosecond)
			require.Equal(t, "next", signedBy())

			r.now = r.now.Add(-time.Hour)
			configured = []webhooks.SigningKey{next} // the old one is revoked
			require.Equal(t, "next", signedBy())
		})
	}
}

// Two tenants behind one endpoint, and behind one each.
func TestTenantsAreKeptApart(t *testing.T) {
	t.Parallel()
	const acme, brightline = "mer_acme_vitamins", "mer_brightline_saas"
	for _, s := range []scheme{voraV1(), voraV2()} {
		t.Run(string(s.name), func(t *testing.T) {
			t.Parallel()
			secrets := map[string]string{acme: s.secret + "_acme", brightline: s.secret + "_brightline"}
			keysOf := func(merchant string) ([]webhooks.SigningKey, error) {
				secret, ok := secrets[merchant]
				if !ok {
					return nil, webhooks.ErrUnknownMerchant
				}
				return []webhooks.SigningKey{{Secret: sdk.NewSecret(secret), MerchantID: merchant}}, nil
			}
			shared := setup(t, s, withKeys(webhooks.KeySourceFunc(func(_ context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
				return keysOf(hint.MerchantID)
			})))
			ofBrightline := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) { return keysOf(brightline) })))
			body := func(merchant string) []byte {
				if s.name == webhooks.SchemeVoraV2 {
					return webhookstest.VoraV2Event("charge.succeeded", nil, webhookstest.MerchantID(merchant))
				}
				return webhookstest.SessionSucceeded(webhookstest.MerchantID(merchant))
			}
			signed := func(by, about string) string {
				delivery := s.sign(secrets[by], body(about), webhookstest.At(signedAt()))
				response := asOnTheWire(t, shared.deliver(t, delivery))
				require.Equal(t, response, asOnTheWire(t, ofBrightline.deliver(t, webhookstest.Redelivery(delivery))), "by %s about %s", by, about)
				return response
			}
			require.Contains(t, signed(brightline, brightline), "200 OK")

			forged := signed(acme, brightline)
			require.Contains(t, forged, "401 Unauthorized")
			require.Equal(t, forged, signed(brightline, "mer_nobody"))
			require.Equal(t, forged, signed(brightline, acme))

			valid := s.sign(secrets[acme], body(acme), webhookstest.At(signedAt()))
			require.Equal(t, forged, asOnTheWire(t, ofBrightline.deliver(t, valid)), "a valid event of one tenant at the other's look-up")
			require.Len(t, ofBrightline.events, 1)
		})
	}
}

// A body that says nothing of the mode is not parsed for it, and no spelling of the field escapes
// the check.
func TestAModeInAnySpellingIsRead(t *testing.T) {
	t.Parallel()
	for _, s := range []scheme{voraV1(), voraV2()} {
		r := setup(t, s, withKeys(keys(t, webhooks.SigningKey{Secret: sdk.NewSecret(s.secret), Mode: sdk.ModeTest})))
		plain := bytes.Replace(s.body, []byte(`"livemode":false`), []byte(`"level":"v, valve, live"`), 1)
		require.Equal(t, sdk.ModeTest, r.event(t, r.deliveryOf(plain)).Info().Mode, s.name)
		for _, name := range []string{"livemode", "LiveMode", "LIVEMODE", `live\u006dode`, `\u006civemode`} {
			body := append([]byte(`{"`+name+`":true,`), plain[1:]...)
			require.Equal(t, webhooks.ReasonWrongMode, r.rejection(t, r.deliveryOf(body)).Reason, "%s: %s", s.name, name)
			_, err := r.verifier.Authenticate(t.Context(), r.deliveryOf(body).Header, body)
			require.ErrorContains(t, err, "live", "%s: %s", s.name, name)
		}
	}
}
