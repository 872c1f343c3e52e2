package webhooks_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func TestStaticKeysRejectWhatWouldVerifyForgeries(t *testing.T) {
	t.Parallel()
	_, err := webhooks.StaticKeys()
	require.ErrorContains(t, err, "no keys")

	_, err = webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret("whsec_webhooks")}, webhooks.SigningKey{Name: "old", Secret: sdk.NewSecret("")})
	require.ErrorContains(t, err, `"old"`)
	require.ErrorContains(t, err, "empty secret")
	require.NotContains(t, err.Error(), "whsec_webhooks")
}

func TestStaticKeysKeepTheirOwnList(t *testing.T) {
	t.Parallel()
	s := voraV2()
	list := []webhooks.SigningKey{{Secret: sdk.NewSecret(s.secret)}}
	r := setup(t, s, withKeys(keys(t, list...)))
	list[0].Secret = sdk.NewSecret("whsec_of_another")
	r.event(t, r.delivery())

	found, err := r.keys.Keys(t.Context(), webhooks.KeyHint{})
	require.NoError(t, err)
	require.Equal(t, []webhooks.SigningKey{{Secret: sdk.NewSecret(s.secret), Mode: found[0].Mode}}, found)
	found[0].Secret = sdk.NewSecret("whsec_of_another")
	r.event(t, r.delivery())
}

// The merchant chooses the secret of a checkout, and may choose one that looks like another
// gateway's.
func TestASecretOfTheMerchantsOwnMayLookLikeAnything(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		if !s.unprefixed {
			continue
		}
		for _, secret := range []string{"whsec_webhooks_1", "vp_sk_test_webhooks", "ss_test_webhooks"} {
			s.secret = secret
			r := setup(t, s)
			r.event(t, r.delivery())
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	ends := signedAt()
	for _, s := range schemes() {
		source := keys(t,
			webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret("new-" + s.secret)},
			webhooks.SigningKey{Name: "rotated out", Secret: sdk.NewSecret(s.secret), NotAfter: ends},
		)
		t.Run(string(s.name), func(t *testing.T) {
			t.Parallel()
			for _, test := range []struct {
				secret string
				now    time.Time
				key    string // empty when none fits
			}{
				{"new-" + s.secret, ends, "current"},
				{"new-" + s.secret, ends.Add(24 * time.Hour), "current"},
				{s.secret, ends.Add(-24 * time.Hour), "rotated out"},
				{s.secret, ends, "rotated out"},
				{s.secret, ends.Add(time.Nanosecond), ""},
			} {
				r := setup(t, s, withKeys(source), func(r *receiver) { r.now = test.now })
				delivery := s.sign(test.secret, s.body, webhookstest.At(test.now))
				if test.key == "" {
					require.Equal(t, webhooks.ReasonWrongSignature, r.rejection(t, delivery).Reason)
					continue
				}
				require.Equal(t, test.key, r.event(t, delivery).Info().KeyName)
			}
		})
	}
}

func TestKeysThatCannotVerify(t *testing.T) {
	t.Parallel()
	s := voraV1()
	for name, list := range map[string][]webhooks.SigningKey{
		"none":         nil,
		"empty secret": {{Name: "unset"}},
		"expired":      {{Secret: sdk.NewSecret(s.secret), NotAfter: signedAt().Add(-time.Second)}},
		"short":        {{Secret: sdk.NewSecret("vp_sk_test_ab")}},
		"padded":       {{Secret: sdk.NewSecret(s.secret + "\n")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) { return list, nil })))
			signers := []string{s.secret, ""} // anybody can sign with the empty secret
			if len(list) > 0 {
				signers = append(signers, list[0].Secret.Reveal())
			}
			for _, secret := range signers {
				delivery := s.sign(secret, s.body, webhookstest.At(r.now))
				require.Equal(t, webhooks.ReasonNoKeys, r.rejection(t, webhookstest.Redelivery(delivery)).Reason)
				requireResponse(t, r.deliver(t, delivery), http.StatusUnauthorized, voraInvalid)
			}
		})
	}
}

// What configuration leaves around a secret, and what is no secret.
func badSecrets(secret string) map[string]string {
	return map[string]string{
		secret + "\n": "around", secret + "\r\n": "around", " " + secret: "around", secret + "\u00a0": "around", "\ufeff" + secret: "around", secret + "\u200b": "around",
		`"` + secret + `"`: "around", "'" + secret + "'\n": "around", "`" + secret + "`": "around", "“" + secret + "”": "around", "\ufeff\"" + secret + "\"": "around",
		"Bearer " + secret: "around", "bearer " + secret + "\n": "around", "Authorization: Bearer " + secret: "around",
		"": "empty secret", "  ": "blank", "\n": "blank", "[redacted]": "mask [redacted]", "\"[redacted]\"": "mask [redacted]", "Bearer [redacted]": "mask [redacted]", "whsec_[redacted]": "mask [redacted]",
		secret[:10] + "\n" + secret[10:]: "invisible", secret[:10] + "\x00" + secret[10:]: "invisible", secret[:10] + "\u200b" + secret[10:]: "invisible", secret[:13]: "at least 14", "a": "at least 14",
		strings.Repeat("\xf0\x9f\xa4", 11): "not UTF-8", secret + "\xe9": "not UTF-8",
	}
}

func TestSecretsThatCannotBeRight(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		bad := badSecrets(s.secret)
		if !s.unprefixed {
			bad[`"`+s.secret], bad[s.secret+`'`], bad["VON_PAY_SECRET_KEY="+s.secret], bad["key: "+s.secret] = "around", "around", "around", "around"
			bad[s.secret[:12]+" "+s.secret[12:]], bad[s.secret+"é"], bad[s.secret+";"] = "no key has", "no key has", "no key has"
		}
		for secret, problem := range bad {
			_, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "good", Secret: sdk.NewSecret(s.secret)}, webhooks.SigningKey{Name: "old", Secret: sdk.NewSecret(secret)})
			require.ErrorContains(t, err, problem, "%q", secret)
			require.ErrorContains(t, err, `"old"`)
			require.NotContains(t, err.Error(), s.secret)

			list := []webhooks.SigningKey{{Name: "old", Secret: sdk.NewSecret(secret)}}
			source := webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) { return list, nil })
			r := setup(t, s, withKeys(source))
			delivery := s.sign(secret, s.body, webhookstest.At(r.now))
			rejection := r.rejection(t, webhookstest.Redelivery(delivery))
			require.Equal(t, webhooks.ReasonNoKeys, rejection.Reason, "%q", secret)
			require.Contains(t, rejection.Detail, problem)
			require.NotContains(t, rejection.Error(), s.secret)
			require.Equal(t, http.StatusUnauthorized, r.deliver(t, delivery).Code)
			if problem == "around" {
				body, header := s.body, s.sign(s.secret, s.body, webhookstest.At(r.now)).Header
				require.True(t, webhooks.Diagnose(t.Context(), r.verifier, header, body).Has(webhooks.CauseKeyPadded), "%q", secret)
			}

			list = append(list, webhooks.SigningKey{Name: "good", Secret: sdk.NewSecret(s.secret)})
			require.Equal(t, "good", r.event(t, r.delivery()).Info().KeyName, "a bad key keeps no good one from working")
		}
	}
	own, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(`correct horse "battery" stäple`)})
	require.NoError(t, err)
	require.NotNil(t, own)
}

func TestHints(t *testing.T) {
	t.Parallel()
	tests := []struct {
		scheme scheme
		body   string
		hint   webhooks.KeyHint
	}{
		{visionScope(), `{"session_id":"cs_1","sessionId":"no","merchantId":"no"}`, webhooks.KeyHint{Scheme: webhooks.SchemeVisionScope, SessionID: "cs_1"}},
		{voraV1(), `{"sessionId":"vp_1","merchantId":"mer_1","session_id":"no","merchant_id":"no"}`, webhooks.KeyHint{Scheme: webhooks.SchemeVoraV1, SessionID: "vp_1", MerchantID: "mer_1"}},
		{voraV2(), `{"id":"evt_1","merchant_id":"mer_1","merchantId":"no","sessionId":"no","data":{}}`, webhooks.KeyHint{Scheme: webhooks.SchemeVoraV2, MerchantID: "mer_1"}},
		{voraV2(), `{"type":"session.succeeded","merchant_id":"no","merchantId":"mer_1","sessionId":"vp_1"}`, webhooks.KeyHint{Scheme: webhooks.SchemeVoraV2, SessionID: "vp_1", MerchantID: "mer_1"}},
		{voraV1(), `{"sessionId":7,"merchantId":"mer_1"}`, webhooks.KeyHint{Scheme: webhooks.SchemeVoraV1, MerchantID: "mer_1"}},
		{voraV1(), `no JSON`, webhooks.KeyHint{Scheme: webhooks.SchemeVoraV1}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s, %s", test.scheme.name, test.body), func(t *testing.T) {
			t.Parallel()
			var asked []webhooks.KeyHint
			r := setup(t, test.scheme, withKeys(webhooks.KeySourceFunc(func(_ context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
				asked = append(asked, hint)
				return []webhooks.SigningKey{{Secret: sdk.NewSecret(test.scheme.secret)}}, nil
			})))
			rejection := r.rejection(t, r.deliveryOf([]byte(test.body), webhookstest.WithoutSignature()))
			require.Equal(t, webhooks.ReasonMissingSignature, rejection.Reason)
			require.Empty(t, asked, "a delivery without a signature costs no look-up")
			r.event(t, r.deliveryOf([]byte(test.body)))
			require.Equal(t, []webhooks.KeyHint{test.hint}, asked)
		})
	}
}

// What the URL of a delivery names finds the keys, and the event says what its key belongs to.
func TestAKeyBelongsToWhatTheURLNames(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		t.Run(string(s.name), func(t *testing.T) {
			t.Parallel()
			r := setup(t, s, withKeys(webhooks.KeySourceFunc(func(_ context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
				if hint.Path != "/acme%2F1/webhooks" || hint.Query().Get("order") != "78 9" {
					return nil, webhooks.ErrUnknownMerchant
				}
				return []webhooks.SigningKey{{Secret: sdk.NewSecret(s.secret), Reference: "order 78 9"}}, nil
			})))
			deliver := func(at string) *httptest.ResponseRecorder {
				delivery := r.delivery()
				var err error
				delivery.URL, err = url.Parse(at)
				require.NoError(t, err)
				return r.deliver(t, delivery)
			}
			for _, at := range []string{"/webhooks", "/acme%2F1/webhooks?order=790", "/acme/1/webhooks?order=78+9", "/acme%2F1/webhooks?order=%zz"} {
				require.Equal(t, http.StatusUnauthorized, deliver(at).Code, at)
			}
			requireResponse(t, deliver("/acme%2F1/webhooks?order=78+9"), http.StatusOK, received) // nobody at another URL is nobody there
			require.Len(t, r.events, 1)
			require.Equal(t, "order 78 9", r.events[0].Info().Reference)
		})
	}
}

// An owner that is not there, or not the right one, must look exactly like a bad signature.
func TestStrangersCannotFindOutWhoIsACustomer(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		t.Run(string(s.name), func(t *testing.T) {
			t.Parallel()
			bad := setup(t, s)
			wrong := asOnTheWire(t, bad.deliver(t, s.sign("another secret", s.body, webhookstest.At(bad.now))))
			require.Contains(t, wrong, "401 Unauthorized")
			require.Contains(t, wrong, "invalid signature")

			unknown := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
				return nil, fmt.Errorf("merchants: %w", webhooks.ErrUnknownMerchant)
			})))
			require.Equal(t, webhooks.ReasonUnknownMerchant, unknown.rejection(t, unknown.delivery()).Reason)
			require.Equal(t, wrong, asOnTheWire(t, unknown.deliver(t, unknown.delivery())))
			require.Empty(t, unknown.events)

			keyless := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) { return nil, nil })))
			require.Equal(t, webhooks.ReasonNoKeys, keyless.rejection(t, keyless.delivery()).Reason)
			require.Equal(t, wrong, asOnTheWire(t, keyless.deliver(t, keyless.delivery())))

			if bad.event(t, bad.delivery()).Info().MerchantID == "" {
				return // its events name no merchant
			}
			other := setup(t, s, withKeys(keys(t, webhooks.SigningKey{Secret: sdk.NewSecret(s.secret), MerchantID: "mer_brightline_saas"})))
			require.Equal(t, webhooks.ReasonWrongMerchant, other.rejection(t, other.delivery()).Reason)
			require.Equal(t, wrong, asOnTheWire(t, other.deliver(t, other.delivery())))
			require.Empty(t, other.events)
		})
	}
}

func TestTheMerchantOfTheKey(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		r := setup(t, s, withKeys(keys(t, webhooks.SigningKey{Secret: sdk.NewSecret(s.secret), MerchantID: "mer_acme_vitamins"})))
		require.Equal(t, "mer_acme_vitamins", r.event(t, r.delivery()).Info().MerchantID, s.name)
	}
}

// A refund may come late, and a stranger must not find out who was a customer.
func TestOffboardedMerchants(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		var known []webhooks.SigningKey
		r := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
			return known, fmt.Errorf("merchants: %w", webhooks.ErrOffboarded)
		})))
		wrong := asOnTheWire(t, setup(t, s).deliver(t, s.sign("another secret", s.body, webhookstest.At(r.now))))
		require.Contains(t, wrong, "401 Unauthorized")

		require.Equal(t, webhooks.ReasonOffboarded, r.rejection(t, r.delivery()).Reason)
		require.Equal(t, wrong, asOnTheWire(t, r.deliver(t, r.delivery())))
		require.Empty(t, r.events)

		known = []webhooks.SigningKey{{Name: "last", Secret: sdk.NewSecret(s.secret)}}
		forged := s.sign("another secret", s.body, webhookstest.At(r.now))
		require.Equal(t, wrong, asOnTheWire(t, r.deliver(t, forged)))
		require.Empty(t, r.events)

		requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, received)
		require.Len(t, r.events, 1)
		require.True(t, r.events[0].Info().Offboarded)
		require.Equal(t, "last", r.events[0].Info().KeyName)
		match, err := r.verifier.Authenticate(t.Context(), r.delivery().Header, s.body)
		require.NoError(t, err)
		require.True(t, match.Offboarded)
		require.False(t, setup(t, s).event(t, r.delivery()).Info().Offboarded)
	}
}

// What is not accepted can be counted, and a counter cannot change the response to the
// gateway.
func TestRejectionsAreCounted(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		var counted []webhooks.Reason
		owner := webhooks.ErrOffboarded
		r := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) { return nil, owner })),
			withOptions(webhooks.WithRejections(func(_ context.Context, rejection *webhooks.Rejection) {
				counted = append(counted, rejection.Reason)
				panic("the counter is full")
			})))
		require.Equal(t, http.StatusUnauthorized, r.deliver(t, r.delivery()).Code)
		owner = webhooks.ErrUnknownMerchant
		require.Equal(t, http.StatusUnauthorized, r.deliver(t, r.delivery()).Code)
		require.NotEqual(t, http.StatusOK, r.deliver(t, r.delivery(webhookstest.WithoutSignature())).Code)
		require.Equal(t, []webhooks.Reason{webhooks.ReasonOffboarded, webhooks.ReasonUnknownMerchant, webhooks.ReasonMissingSignature}, counted, s.name)

		r = setup(t, s, withOptions(webhooks.WithRejections(func(context.Context, *webhooks.Rejection) { t.Error("it was accepted") })))
		requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, received)
	}
}

func TestAFailedLookUpIsNotARejectionForGood(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		broken := errors.New("connection refused")
		r := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
			if broken != nil {
				return nil, broken
			}
			return []webhooks.SigningKey{{Secret: sdk.NewSecret(s.secret)}}, nil
		})))
		delivery := r.delivery()
		response := r.deliver(t, delivery)
		require.Equal(t, http.StatusServiceUnavailable, response.Code)
		require.NotContains(t, response.Body.String(), "connection refused")
		require.Contains(t, r.log.String(), "connection refused")
		require.Equal(t, webhooks.ReasonLookupFailed, r.rejection(t, webhookstest.Redelivery(delivery)).Reason)

		broken = nil
		requireResponse(t, r.deliver(t, webhookstest.Redelivery(delivery)), http.StatusOK, received)
		require.Len(t, r.events, 1)
	}
}
