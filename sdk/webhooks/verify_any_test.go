package webhooks_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// anyOf accepts the schemes, each with its own secret.
func anyOf(t *testing.T, list ...scheme) *webhooks.Verifier {
	t.Helper()
	clock := webhooks.WithClock(signedAt)
	var verifiers []*webhooks.Verifier
	for _, s := range list {
		verifiers = append(verifiers, s.verifier(keys(t, webhooks.SigningKey{Name: "of " + string(s.name), Secret: sdk.NewSecret(s.secret)}), clock))
	}
	return webhooks.Any(verifiers...)
}

func rejectionOf(t *testing.T, err error) *webhooks.Rejection {
	t.Helper()
	var rejection *webhooks.Rejection
	require.ErrorAs(t, err, &rejection)
	return rejection
}

func TestAnyTakesEveryScheme(t *testing.T) {
	t.Parallel()
	nested := webhooks.Any(anyOf(t, schemes()[:2]...), anyOf(t, schemes()[2:]...))
	for _, verifier := range []*webhooks.Verifier{anyOf(t, schemes()...), nested} {
		for _, s := range schemes() {
			event, err := verifier.Verify(t.Context(), s.sign(s.secret, s.body, webhookstest.At(signedAt())).Header, s.body)
			require.NoError(t, err)
			require.Equal(t, s.name, event.Info().Scheme)
			require.Equal(t, "of "+string(s.name), event.Info().KeyName)
		}
	}
}

// Whatever the secret and the HMAC are, only the shape of the headers says which verifier is asked.
func TestAnyKeepsTheSchemesApart(t *testing.T) {
	t.Parallel()
	v1, v2 := voraV1(), voraV2()
	v1.secret, v2.secret = "one secret for both", "one secret for both"
	verifier := anyOf(t, v1, v2)

	mac := v1.sign(v1.secret, v2.body).Header.Get(v1.header)
	moved := v2.sign(v2.secret, v2.body, webhookstest.WithHeader(v2.header, fmt.Sprintf("t=%d,v1=%s", signedAt().Unix(), mac)))
	_, err := verifier.Verify(t.Context(), moved.Header, v2.body)
	require.Equal(t, webhooks.ReasonWrongSignature, rejectionOf(t, err).Reason)
	require.Equal(t, webhooks.SchemeVoraV2, rejectionOf(t, err).Scheme)

	_, mac, _ = strings.Cut(v2.sign(v2.secret, v1.body, webhookstest.At(signedAt())).Header.Get(v2.header), ",v1=")
	moved = v1.sign(v1.secret, v1.body, webhookstest.At(signedAt()), webhookstest.WithHeader(v1.header, mac))
	_, err = verifier.Verify(t.Context(), moved.Header, v1.body)
	require.Equal(t, webhooks.ReasonWrongSignature, rejectionOf(t, err).Reason)
	require.Equal(t, webhooks.SchemeVoraV1, rejectionOf(t, err).Scheme)
}

func TestAnyChoosesOnlyWhatItHas(t *testing.T) {
	t.Parallel()
	for _, absent := range schemes() {
		var present []scheme
		var names []string
		for _, s := range schemes() {
			if s.name != absent.name {
				present, names = append(present, s), append(names, string(s.name))
			}
		}
		_, err := anyOf(t, present...).Verify(t.Context(), absent.sign(absent.secret, absent.body, webhookstest.At(signedAt())).Header, absent.body)
		require.Equal(t, webhooks.ReasonMissingSignature, rejectionOf(t, err).Reason, absent.name)
		require.Empty(t, rejectionOf(t, err).Scheme)
		require.EqualError(t, err, "webhooks: a delivery was rejected: missing_signature (the headers belong to none of "+strings.Join(names, ", ")+")")
	}

	// A header that a proxy adds does not matter where nobody waits for it.
	v1 := voraV1()
	with := v1.sign(v1.secret, v1.body, webhookstest.At(signedAt()), webhookstest.WithHeader("X-Signature", "of the proxy"))
	_, err := anyOf(t, v1, voraV2()).Verify(t.Context(), with.Header, v1.body)
	require.NoError(t, err)
	_, err = anyOf(t, v1, visionScope()).Verify(t.Context(), with.Header, v1.body)
	require.Equal(t, webhooks.ReasonMissingSignature, rejectionOf(t, err).Reason)
	require.Contains(t, rejectionOf(t, err).Detail, "visionscope")
}

func TestAnyAnswersAllStrangersAlike(t *testing.T) {
	t.Parallel()
	handler, err := webhooks.NewHandler(anyOf(t, visionScope(), voraV1()), func(context.Context, webhooks.Event) error { return nil })
	require.NoError(t, err)
	responses := map[string]bool{}
	for _, headers := range []http.Header{
		{}, {"X-Vonpay-Signature": {"t=1,v1=" + strings.Repeat("0", 64)}},
		{"X-Vonpay-Signature": {strings.Repeat("0", 64)}, "X-Signature": {strings.Repeat("0", 64)}}, {"X-Signature": {""}},
	} {
		delivery := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{}`))
		delivery.Header = headers
		delivery.Header.Set("Content-Type", "application/json")
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, delivery)
		responses[asOnTheWire(t, response)] = true
	}
	require.Len(t, responses, 1)
	for response := range responses {
		require.Contains(t, response, "401 Unauthorized")
		require.Contains(t, response, `{"error":"missing signature","code":"webhook_missing_signature"}`)
	}
}

func TestVerifiersThatCouldAcceptNothing(t *testing.T) {
	t.Parallel()
	only := func(secret string) webhooks.KeySource {
		return keys(t, webhooks.SigningKey{Secret: sdk.NewSecret(secret)})
	}
	v1 := webhooks.Vora(only("vp_sk_test_webhooks"))
	for name, verifier := range map[string]*webhooks.Verifier{
		"no key source":              webhooks.Vora(nil),
		"none of the signing keys":   webhooks.Vora(only("whsec_webhooks")),
		"is for vora-v2":             webhooks.VoraV2(only("vp_sk_test_webhooks")),
		"is for vora-v1":             webhooks.Vora(only("ss_live_signs_return_urls")),
		"is for visionscope":         webhooks.VisionScope(keys(t, webhooks.SigningKey{Secret: sdk.NewSecret("a secret of somebody"), Scheme: webhooks.SchemeVoraV1})),
		"no verifier to choose from": webhooks.Any(),
		"a verifier of Any is nil":   webhooks.Any(v1, nil),
		"two verifiers of vora-v1":   webhooks.Any(v1, v1),
		"verifier of vora-v1 has no": webhooks.Any(webhooks.VoraV2(only("whsec_webhooks")), webhooks.Vora(nil)),
		"a zero Verifier":            {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := webhooks.NewHandler(verifier, func(context.Context, webhooks.Event) error { return nil })
			require.ErrorContains(t, err, name)

			s := voraV1()
			_, err = verifier.Verify(t.Context(), s.sign(s.secret, s.body).Header, s.body)
			require.Equal(t, webhooks.ReasonNoKeys, rejectionOf(t, err).Reason)
			require.ErrorContains(t, err, name)
		})
	}
}

func TestKeysForSeveralSchemesInOneList(t *testing.T) {
	t.Parallel()
	v1, v2 := voraV1(), voraV2()
	source := keys(t,
		webhooks.SigningKey{Name: "api", Secret: sdk.NewSecret(v1.secret)},
		webhooks.SigningKey{Name: "subscription", Secret: sdk.NewSecret(v2.secret)},
		webhooks.SigningKey{Name: "tagged", Secret: sdk.NewSecret("no prefix at all"), Scheme: webhooks.SchemeVoraV2},
	)
	clock := webhooks.WithClock(signedAt)
	verifier := webhooks.Any(webhooks.Vora(source, clock), webhooks.VoraV2(source, clock))
	verify := func(s scheme, secret string) (string, error) {
		match, err := verifier.Authenticate(t.Context(), s.sign(secret, s.body, webhookstest.At(signedAt())).Header, s.body)
		return match.KeyName, err
	}
	for secret, right := range map[string]scheme{v1.secret: v1, v2.secret: v2, "no prefix at all": v2} {
		key, err := verify(right, secret)
		require.NoError(t, err)
		require.NotEmpty(t, key)
		wrong := v1
		if right.name == v1.name {
			wrong = v2
		}
		_, err = verify(wrong, secret)
		require.Equal(t, webhooks.ReasonWrongSignature, rejectionOf(t, err).Reason, "%s is no key of %s", secret, wrong.name)
	}
}
