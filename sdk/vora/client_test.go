package vora_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func TestNewKnowsKeys(t *testing.T) {
	t.Parallel()

	for key, mode := range map[string]sdk.Mode{
		testKey: sdk.ModeTest, liveKey: sdk.ModeLive, publishableKey: sdk.ModeTest, "vp_pk_live_" + secretPart: sdk.ModeLive, legacyKey: "",
	} {
		client, err := vora.New(key)
		require.NoError(t, err)
		require.Equal(t, mode, client.Mode())
	}
}

func TestNewRejectsWhatIsNoKey(t *testing.T) {
	t.Parallel()

	const whitespace = "begins or ends with white space"
	tests := map[string]struct {
		code    sdk.Code
		problem string
	}{
		"":                         {sdk.CodeAuthMissingBearer, "the API key is empty: is its environment variable set?"},
		"ss_test_" + secretPart:    {sdk.CodeAuthInvalidKey, "begins with ss_test_: that is a session signing secret"},
		"ss_live_" + secretPart:    {sdk.CodeAuthInvalidKey, "begins with ss_live_: that is a session signing secret"},
		"whsec_" + secretPart:      {sdk.CodeAuthInvalidKey, "begins with whsec_: that is a webhook signing secret"},
		"vsk_live_" + secretPart:   {sdk.CodeAuthInvalidKey, "begins with vsk_: that is the API key of VisionScope"},
		"vp_unknown_" + secretPart: {sdk.CodeAuthInvalidKey, "does not begin like a key of Vora"},
		secretPart:                 {sdk.CodeAuthInvalidKey, "does not begin like a key of Vora"},
		"vp_sk_test_":              {sdk.CodeAuthInvalidKey, "was cut off"},
		"vp_sk_test":               {sdk.CodeAuthInvalidKey, "does not begin like a key of Vora"},
		"vp_key_":                  {sdk.CodeAuthInvalidKey, "was cut off"},
		" " + testKey:              {sdk.CodeAuthInvalidKey, whitespace},
		testKey + "\n":             {sdk.CodeAuthInvalidKey, whitespace},
		"\t" + "\n":                {sdk.CodeAuthInvalidKey, whitespace},
		testKey + "\n" + testKey:   {sdk.CodeAuthInvalidKey, "copied with a line break?"},
	}
	for key, test := range tests {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			client, err := vora.New(key)
			require.Nil(t, client)
			require.ErrorIs(t, err, test.code)
			require.ErrorIs(t, err, sdk.FamilyAuth)
			require.ErrorContains(t, err, "vora.New: ")
			require.ErrorContains(t, err, test.problem)
			for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s"} {
				require.NotContains(t, fmt.Sprintf(verb, err), secretPart)
			}
		})
	}
}

func TestNewRejectsBaseURLs(t *testing.T) {
	t.Parallel()

	tests := map[string]string{
		"":                                          "the base URL is missing",
		"http://gateway.example.com":                "would travel unencrypted to gateway.example.com",
		"http://localhost.example.com":              "would travel unencrypted",
		"http://127.0.0.1.example.com":              "would travel unencrypted",
		"http://10.0.0.1":                           "would travel unencrypted",
		"ftp://gateway.example.com":                 `scheme is "ftp"`,
		"gateway.example.com":                       "must be an absolute URL",
		"/v1":                                       "must be an absolute URL",
		"https://":                                  "must be an absolute URL",
		"https://gateway.example.com?a=1":           "no user, query or fragment",
		"https://gateway.example.com#top":           "no user, query or fragment",
		"https://ada@gateway.example.com":           "no user, query or fragment",
		"https://ada:pass-word@gateway.example.com": "no user, query or fragment",
		"https://gateway.example.com/\x7f":          "must be an absolute URL",
		"https://:443":                              "must be an absolute URL",
		"https://gateway.example.com:0":             "must have a port from 1 to 65535",
		"https://gateway.example.com:99999":         "must have a port from 1 to 65535",
		"http://localhost:65536":                    "must have a port from 1 to 65535",
		"https://gateway example.com":               "must be an absolute URL",
	}
	for base, problem := range tests {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			client, err := vora.New(testKey, sdk.WithBaseURL(base))
			require.Nil(t, client)
			require.ErrorIs(t, err, sdk.CodeValidationError)
			require.ErrorContains(t, err, problem)
			require.NotContains(t, err.Error(), secretPart)
			require.NotContains(t, err.Error(), "pass-word")
		})
	}
}

func TestBaseURLs(t *testing.T) {
	t.Parallel()

	for base, want := range map[string]string{
		"https://gateway.example.com":              "https://gateway.example.com/v1/sessions",
		"https://gateway.example.com/":             "https://gateway.example.com/v1/sessions",
		"https://gateway.example.com:8443":         "https://gateway.example.com:8443/v1/sessions",
		"https://gateway.example.com/proxy/vora":   "https://gateway.example.com/proxy/vora/v1/sessions",
		"https://gateway.example.com/proxy/vora//": "https://gateway.example.com/proxy/vora/v1/sessions",
		"http://localhost:8080":                    "http://localhost:8080/v1/sessions",
		"http://vora.localhost:8080/sandbox":       "http://vora.localhost:8080/sandbox/v1/sessions",
		"http://127.0.0.1:8080":                    "http://127.0.0.1:8080/v1/sessions",
		"http://[::1]:8080":                        "http://[::1]:8080/v1/sessions",
	} {
		params := vora.SessionParams{Amount: money.Minor(1499, "USD")}
		client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"), sdk.WithBaseURL(base))
		_, err := client.CreateSession(t.Context(), params)
		require.NoError(t, err, base)
		require.Equal(t, want, g.only(t).URL)
	}
}

func TestTheContractsServerIsTheDefault(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusOK, example(t, "PendingSession"))
	_, err := client.GetSession(t.Context(), sessionID)
	require.NoError(t, err)
	require.Equal(t, "https://checkout.vonpay.com/v1/sessions/"+sessionID, g.only(t).URL)
}

func TestClientDoesNotPrintItsKey(t *testing.T) {
	t.Parallel()

	client, err := vora.New(testKey)
	require.NoError(t, err)
	for _, value := range []any{client, *client, []*vora.Client{client}, struct{ c *vora.Client }{client}, struct{ c vora.Client }{*client}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text := fmt.Sprintf(verb, value)
			require.NotContains(t, text, secretPart, verb)
			require.NotContains(t, text, fmt.Sprintf("%x", secretPart), verb)
		}
	}
	require.Equal(t, "vora.Client(vp_sk_test_… at checkout.vonpay.com)", fmt.Sprint(client))
	require.Equal(t, "vora.Client(vp_sk_test_… at checkout.vonpay.com)", fmt.Sprintf("%#v", client))
}
