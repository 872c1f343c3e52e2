package webhooks_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// What the gateways hear: their documentation's replies, and one for everything that is wrong with
// a signature.
const (
	visionMissing = `{"error":"missing signature"}`
	visionInvalid = `{"error":"invalid signature"}`
	voraMissing   = `{"error":"missing signature","code":"webhook_missing_signature"}`
	voraInvalid   = `{"error":"invalid signature","code":"webhook_invalid_signature"}`
	voraWindow    = `{"error":"the signature's time is outside of the window","code":"webhook_invalid_signature"}`
)

func TestRejections(t *testing.T) {
	t.Parallel()
	with := webhookstest.WithHeader
	hex := strings.Repeat("0a", 32)
	tampered := webhookstest.WithBodyAfterSigning([]byte(`{"event":"payment.success","amount":1000000}`))
	late := webhookstest.At(signedAt().Add(-301 * time.Second))
	early := webhookstest.At(signedAt().Add(301 * time.Second))

	tests := []struct {
		scheme scheme
		name   string
		opts   []webhookstest.Option
		reason webhooks.Reason
		status int
		body   string
	}{
		{visionScope(), "no signature", []webhookstest.Option{webhookstest.WithoutSignature()}, webhooks.ReasonMissingSignature, 400, visionMissing},
		{visionScope(), "empty signature", []webhookstest.Option{with("X-Signature", "")}, webhooks.ReasonMissingSignature, 400, visionMissing},
		{visionScope(), "two signatures", []webhookstest.Option{with("X-Signature", hex, hex)}, webhooks.ReasonMalformedSignature, 401, visionInvalid},
		{visionScope(), "no hex", []webhookstest.Option{with("X-Signature", strings.Repeat("xy", 32))}, webhooks.ReasonMalformedSignature, 401, visionInvalid},
		{visionScope(), "short", []webhookstest.Option{with("X-Signature", hex[1:])}, webhooks.ReasonMalformedSignature, 401, visionInvalid},
		{visionScope(), "long", []webhookstest.Option{with("X-Signature", hex+"00")}, webhooks.ReasonMalformedSignature, 401, visionInvalid},
		{visionScope(), "of something else", []webhookstest.Option{with("X-Signature", hex)}, webhooks.ReasonWrongSignature, 401, visionInvalid},
		{visionScope(), "tampered", []webhookstest.Option{tampered}, webhooks.ReasonWrongSignature, 401, visionInvalid},

		{voraV1(), "no signature", []webhookstest.Option{webhookstest.WithoutSignature()}, webhooks.ReasonMissingSignature, 401, voraMissing},
		{voraV1(), "no time", []webhookstest.Option{with("X-VonPay-Timestamp")}, webhooks.ReasonMissingSignature, 401, voraMissing},
		{voraV1(), "two signatures", []webhookstest.Option{with("X-VonPay-Signature", hex, hex)}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV1(), "two times", []webhookstest.Option{with("X-VonPay-Timestamp", "2026-04-21T13:18:14Z", "2026-04-21T13:18:14Z")}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV1(), "unreadable time", []webhookstest.Option{with("X-VonPay-Timestamp", "1776777494")}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV1(), "short", []webhookstest.Option{with("X-VonPay-Signature", hex[2:])}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV1(), "of something else", []webhookstest.Option{with("X-VonPay-Signature", hex)}, webhooks.ReasonWrongSignature, 401, voraInvalid},
		{voraV1(), "tampered", []webhookstest.Option{tampered}, webhooks.ReasonWrongSignature, 401, voraInvalid},
		{voraV1(), "stale", []webhookstest.Option{late}, webhooks.ReasonTooOld, 401, voraInvalid},
		{voraV1(), "of the future", []webhookstest.Option{early}, webhooks.ReasonTooNew, 401, voraInvalid},
		{voraV1(), "stale and tampered", []webhookstest.Option{late, tampered}, webhooks.ReasonWrongSignature, 401, voraInvalid},

		{voraV2(), "no signature", []webhookstest.Option{webhookstest.WithoutSignature()}, webhooks.ReasonMissingSignature, 401, voraMissing},
		{voraV2(), "two headers", []webhookstest.Option{with("x-vonpay-signature", "t=1776777494,v1="+hex, "t=1776777494,v1="+hex)}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV2(), "bare hex", []webhookstest.Option{with("x-vonpay-signature", hex)}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV2(), "no t", []webhookstest.Option{with("x-vonpay-signature", "v1="+hex)}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV2(), "empty t", []webhookstest.Option{with("x-vonpay-signature", "t=,v1="+hex)}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV2(), "two t", []webhookstest.Option{with("x-vonpay-signature", "t=1776777494,t=1776777494,v1="+hex)}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV2(), "signed t", []webhookstest.Option{with("x-vonpay-signature", "t=+1776777494,v1="+hex)}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV2(), "huge t", []webhookstest.Option{with("x-vonpay-signature", "t=99999999999999999999,v1="+hex)}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV2(), "no v1", []webhookstest.Option{with("x-vonpay-signature", "t=1776777494")}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV2(), "short v1", []webhookstest.Option{with("x-vonpay-signature", "t=1776777494,v1="+hex[2:])}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV2(), "v1 that is not hex", []webhookstest.Option{with("x-vonpay-signature", "t=1776777494,v1="+strings.Repeat("xy", 32))}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV2(), "spaces", []webhookstest.Option{with("x-vonpay-signature", "t=1776777494, v1="+hex)}, webhooks.ReasonWrongSignature, 401, voraInvalid},
		{voraV2(), "something else", []webhookstest.Option{with("x-vonpay-signature", "t=1776777494,v0="+hex)}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV2(), "three v1, one of them right", []webhookstest.Option{webhookstest.WithSecondSignature("whsec_2"), webhookstest.WithSecondSignature("whsec_3")}, webhooks.ReasonMalformedSignature, 401, voraInvalid},
		{voraV2(), "of something else", []webhookstest.Option{with("x-vonpay-signature", "t=1776777494,v1="+hex)}, webhooks.ReasonWrongSignature, 401, voraInvalid},
		{voraV2(), "tampered", []webhookstest.Option{tampered}, webhooks.ReasonWrongSignature, 401, voraInvalid},
		{voraV2(), "stale", []webhookstest.Option{late}, webhooks.ReasonTooOld, 400, voraWindow},
		{voraV2(), "of the future", []webhookstest.Option{early}, webhooks.ReasonTooNew, 400, voraWindow},
		{voraV2(), "stale and tampered", []webhookstest.Option{late, tampered}, webhooks.ReasonWrongSignature, 401, voraInvalid},
	}
	for _, test := range tests {
		t.Run(string(test.scheme.name)+", "+test.name, func(t *testing.T) {
			t.Parallel()
			r := setup(t, test.scheme)
			delivery := r.delivery(test.opts...)

			rejection := r.rejection(t, webhookstest.Redelivery(delivery))
			require.Equal(t, test.reason, rejection.Reason)
			requireResponse(t, r.deliver(t, delivery), test.status, test.body)
			require.Empty(t, r.events)
			requireSilentAbout(t, r, delivery, rejection.Error()+fmt.Sprintf("%+v", rejection)+r.log.String())
			require.Contains(t, r.log.String(), string(test.reason))
		})
	}
}

// requireSilentAbout finds no part of a delivery and no secret in what was said about it.
func requireSilentAbout(t *testing.T, r *receiver, delivery *http.Request, said string) {
	t.Helper()
	require.NotContains(t, said, r.secret)
	for _, name := range []string{"mer_acme", "vp_cs_test", "cs_mo8ly3a8", "evt_", "1000000"} {
		require.NotContains(t, said, name, "a part of the body")
	}
	for _, value := range delivery.Header.Values(r.header) {
		for part := range strings.SplitSeq(value, ",") {
			if text := strings.TrimPrefix(part, "v1="); len(text) > 20 {
				require.NotContains(t, said, text[:20], "the signature")
			}
		}
	}
}

func TestRejectionsAreTheCatalogs(t *testing.T) {
	t.Parallel()
	errDatabase := errors.New("connection refused")
	sources := func(err error) webhooks.KeySource {
		return webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) { return nil, err })
	}
	catalog := []error{sdk.CodeWebhookMissingSignature, sdk.CodeWebhookInvalidSignature, sdk.CodeWebhookNotConfigured}
	tests := []struct {
		name  string
		keys  webhooks.KeySource
		opts  []webhookstest.Option
		codes []error
		cause error
	}{
		{"missing", keys(t, webhooks.SigningKey{Secret: sdk.NewSecret("a secret of somebody")}), []webhookstest.Option{webhookstest.WithoutSignature()}, catalog[:1], nil},
		{"wrong", keys(t, webhooks.SigningKey{Secret: sdk.NewSecret("a secret of somebody")}), nil, catalog[1:2], nil},
		{"unknown owner", sources(webhooks.ErrUnknownMerchant), nil, catalog[1:2], nil},
		{"no keys", sources(nil), nil, catalog[2:], nil},
		{"failed look-up", sources(errDatabase), nil, catalog[2:], errDatabase},
		{"offboarded", sources(webhooks.ErrOffboarded), nil, catalog[1:2], nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := setup(t, voraV1(), withKeys(test.keys))
			_, err := r.verify(t, r.delivery(test.opts...))
			require.ErrorIs(t, err, sdk.FamilyWebhook)
			require.NotErrorIs(t, err, sdk.FamilyAuth)
			for _, code := range catalog {
				require.Equal(t, contains(test.codes, code), errors.Is(err, code), code)
			}
			if test.cause != nil {
				require.ErrorIs(t, err, test.cause)
			}
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func contains(list []error, one error) bool {
	for _, e := range list {
		if errors.Is(e, one) {
			return true
		}
	}
	return false
}

// asOnTheWire is all that a stranger sees of an response.
func asOnTheWire(t *testing.T, response *httptest.ResponseRecorder) string {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, response.Result().Write(&text))
	return text.String()
}

// The reasons are labels of counters and searched for in logs, so that they do not change.
func TestTheWordsOfReasons(t *testing.T) {
	t.Parallel()
	for reason, word := range map[webhooks.Reason]string{
		webhooks.ReasonMissingSignature: "missing_signature", webhooks.ReasonMalformedSignature: "malformed_signature",
		webhooks.ReasonWrongSignature: "wrong_signature", webhooks.ReasonUnknownMerchant: "unknown_merchant",
		webhooks.ReasonWrongMerchant: "wrong_merchant", webhooks.ReasonWrongMode: "wrong_mode",
		webhooks.ReasonTooOld: "too_old", webhooks.ReasonTooNew: "too_new", webhooks.ReasonNoKeys: "no_keys",
		webhooks.ReasonLookupFailed: "lookup_failed", webhooks.ReasonOffboarded: "offboarded", webhooks.ReasonRateLimited: "rate_limited",
	} {
		require.Equal(t, word, string(reason))
	}
}
