package apikey_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

var accepted = apikey.Accepted{ // read only
	Constructor: "gateway.New", Gateway: sdk.GatewayVora, Kinds: []string{"secret", "publishable"}, Example: "an API key: vp_sk_…",
}

func TestCheckKnowsEveryCredentialOfTheContracts(t *testing.T) {
	t.Parallel()

	for _, known := range contract.VoraAPIKeys() {
		key, err := accepted.Check(known.Prefix + "x7Kq2nP9wT4")
		if known.Kind == "secret" || known.Kind == "publishable" {
			require.NoError(t, err)
			require.Equal(t, known, key)
			continue
		}
		require.ErrorContains(t, err, "begins with "+known.Prefix+": that is a "+known.Name)
	}
	for _, known := range contract.VisionScopeAPIKeys() {
		_, err := accepted.Check(known.Prefix + "x7Kq2nP9wT4")
		require.ErrorContains(t, err, "begins with "+known.Prefix+": that is the "+known.Name+" of VisionScope")
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()

	const secret = "x7Kq2nP9wT4"
	for text, want := range map[string]struct {
		code    sdk.Code
		problem string
	}{
		"":                             {sdk.CodeAuthMissingBearer, "the API key is empty"},
		" vp_sk_test_" + secret:        {sdk.CodeAuthInvalidKey, "begins or ends with white space"},
		"vp_sk_test_" + secret + "\n":  {sdk.CodeAuthInvalidKey, "begins or ends with white space"},
		"vp_sk_test_":                  {sdk.CodeAuthInvalidKey, "was cut off"},
		"vp_sk_tes":                    {sdk.CodeAuthInvalidKey, "does not begin like a key of Vora"},
		"VP_SK_TEST_" + secret:         {sdk.CodeAuthInvalidKey, "does not begin like a key of Vora"},
		secret:                         {sdk.CodeAuthInvalidKey, "does not begin like a key of Vora"},
		"Bearer vp_sk_test_" + secret:  {sdk.CodeAuthInvalidKey, "does not begin like a key of Vora"},
		"vp_sk_test_x7K\r\nq2nP9wT4":   {sdk.CodeAuthInvalidKey, "contains characters that no key has"},
		"vp_sk_test_x7K q2nP9wT4":      {sdk.CodeAuthInvalidKey, "contains characters that no key has"},
		"vp_sk_test_x7Kq2nP9wT4\u200b": {sdk.CodeAuthInvalidKey, "contains characters that no key has"},
		"[redacted]":                   {sdk.CodeAuthInvalidKey, "the API key is the mask [redacted], which a secret is printed and encoded as"},
		"Bearer [redacted]\n":          {sdk.CodeAuthInvalidKey, "the API key is the mask [redacted]"},
		"vp_sk_test_[redacted]":        {sdk.CodeAuthInvalidKey, "the API key is the mask [redacted]"},
		"vp_sk_test_…" + secret:        {sdk.CodeAuthInvalidKey, "contains characters that no key has"},
	} {
		_, err := accepted.Check(text)
		require.ErrorIs(t, err, want.code, "%q", text)
		require.ErrorContains(t, err, want.problem, "%q", text)
		require.ErrorContains(t, err, "gateway.New: ")
		for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
			require.NotContains(t, fmt.Sprintf(verb, err), "q2nP9wT4", "%q", text)
		}
	}
}
