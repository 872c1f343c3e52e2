package visionscope_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

func TestNewNeedsABaseURL(t *testing.T) {
	t.Parallel()

	for _, opts := range [][]sdk.ClientOption{nil, {sdk.WithBaseURL("")}} {
		client, err := visionscope.New(key, opts...)
		require.Nil(t, client)
		require.ErrorIs(t, err, sdk.CodeValidationMissingField)
		require.ErrorContains(t, err, "visionscope.New: the base URL is missing")
		require.ErrorContains(t, err, "sdk.WithBaseURL")
		require.NotContains(t, err.Error(), secretPart)
	}
}

func TestNewRejectsWhatIsNoKey(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		code    sdk.Code
		problem string
	}{
		"":                         {sdk.CodeAuthMissingBearer, "the API key is empty"},
		"vp_sk_test_" + secretPart: {sdk.CodeAuthInvalidKey, "begins with vp_sk_test_: that is the secret API key of Vora"},
		"vp_pk_live_" + secretPart: {sdk.CodeAuthInvalidKey, "begins with vp_pk_live_: that is the publishable API key of Vora"},
		"ss_test_" + secretPart:    {sdk.CodeAuthInvalidKey, "begins with ss_test_: that is the session signing secret of Vora"},
		"whsec_" + secretPart:      {sdk.CodeAuthInvalidKey, "begins with whsec_: that is the webhook signing secret of Vora"},
		secretPart:                 {sdk.CodeAuthInvalidKey, "does not begin like a key of VisionScope. visionscope.New wants an API key: vsk_…"},
		webhookSecret:              {sdk.CodeAuthInvalidKey, "does not begin like a key of VisionScope"},
		"VSK_LIVE_" + secretPart:   {sdk.CodeAuthInvalidKey, "does not begin like a key of VisionScope"},
		"vsk_":                     {sdk.CodeAuthInvalidKey, "was cut off"},
		" " + key:                  {sdk.CodeAuthInvalidKey, "begins or ends with white space"},
		key + "\n":                 {sdk.CodeAuthInvalidKey, "begins or ends with white space"},
		"vsk_a b" + secretPart:     {sdk.CodeAuthInvalidKey, "contains characters that no key has"},
	}
	for text, test := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			client, err := visionscope.New(text, sdk.WithBaseURL(visionscope.DevelopmentURL))
			require.Nil(t, client)
			require.ErrorIs(t, err, test.code)
			require.ErrorContains(t, err, test.problem)
			for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
				require.NotContains(t, fmt.Sprintf(verb, err), secretPart)
				require.NotContains(t, fmt.Sprintf(verb, err), webhookSecret)
			}
		})
	}
	for _, text := range []string{key, "vsk_test_" + secretPart, "vsk_" + secretPart} {
		_, err := visionscope.New(text, sdk.WithBaseURL(visionscope.DevelopmentURL))
		require.NoError(t, err, "no other prefix is documented, and none is rejected")
	}
}

func TestNewRejects(t *testing.T) {
	t.Parallel()

	for problem, opts := range map[string][]sdk.ClientOption{
		"would travel unencrypted to pay.example.com": {sdk.WithBaseURL("http://pay.example.com/api/checkout")},
		"no user, query or fragment":                  {sdk.WithBaseURL("https://pay.example.com?key=1")},
		"must be an absolute URL":                     {sdk.WithBaseURL("/api/checkout")},
		"must have a port from 1 to 65535":            {sdk.WithBaseURL("https://pay.example.com:0")},
	} {
		client, err := visionscope.New(key, opts...)
		require.Nil(t, client)
		require.ErrorIs(t, err, sdk.CodeValidationError)
		require.ErrorContains(t, err, problem)
	}
}

func TestBothFormsOfTheBaseURL(t *testing.T) {
	t.Parallel()

	for base, want := range map[string]string{
		visionscope.DevelopmentURL:                         "https://api-dev.visionscopeai.com/api/checkout/create",
		"https://pay.example.com":                          "https://pay.example.com/api/checkout/create",
		"https://pay.example.com/":                         "https://pay.example.com/api/checkout/create",
		"https://pay.example.com/api/checkout":             "https://pay.example.com/api/checkout/create",
		"https://pay.example.com/api/checkout/":            "https://pay.example.com/api/checkout/create",
		"https://pay.example.com//api/checkout//":          "https://pay.example.com/api/checkout/create",
		"https://pay.example.com/api/checkout/create":      "https://pay.example.com/api/checkout/create",
		"https://pay.example.com/eu/api/checkout/create//": "https://pay.example.com/eu/api/checkout/create",
		"https://pay.example.com/create":                   "https://pay.example.com/create/api/checkout/create",
		"https://pay.example.com/eu":                       "https://pay.example.com/eu/api/checkout/create",
		"https://pay.example.com/eu/api/checkout":          "https://pay.example.com/eu/api/checkout/create",
		"https://pay.example.com/myapi/checkout":           "https://pay.example.com/myapi/checkout/api/checkout/create",
		"http://localhost:8080/api/checkout":               "http://localhost:8080/api/checkout/create",
		"http://127.0.0.1:8080":                            "http://127.0.0.1:8080/api/checkout/create",
	} {
		client, g := setup(t, http.StatusOK, created, sdk.WithBaseURL(base))
		_, err := client.CreateCheckout(t.Context(), params())
		require.NoError(t, err, base)
		require.Equal(t, want, g.only(t).URL, base)
	}
}

func TestClientDoesNotPrintItsKey(t *testing.T) {
	t.Parallel()

	client, err := visionscope.New(key, sdk.WithBaseURL(visionscope.DevelopmentURL))
	require.NoError(t, err)
	for _, value := range []any{client, *client, struct{ c *visionscope.Client }{client}, struct{ c visionscope.Client }{*client}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			require.NotContains(t, fmt.Sprintf(verb, value), secretPart)
			require.NotContains(t, fmt.Sprintf(verb, value), fmt.Sprintf("%x", secretPart))
		}
	}
	require.Equal(t, "visionscope.Client(at api-dev.visionscopeai.com)", fmt.Sprint(client))
}
