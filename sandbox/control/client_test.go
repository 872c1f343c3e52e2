package control_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

func serve(t *testing.T, handler http.HandlerFunc) *control.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client, err := control.New(server.URL + "/")
	require.NoError(t, err)
	return client
}

func TestNewRejectsWhatIsNoSandbox(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"":                                        "must be an absolute URL",
		"http://127.0.0.1:99999":                  "must have a port from 1 to 65535",
		"127.0.0.1:4010":                          "write it as in http://127.0.0.1:4010",
		"ftp://127.0.0.1":                         `scheme is "ftp", and must be http or https`,
		"https://api.example.com":                 "not on this machine",
		"http://10.0.0.1:4010":                    "not on this machine",
		"http://localhost.evil.com":               "not on this machine",
		"http://user:hunter2pass@127.0.0.1:4010":  "no user, query or fragment",
		"http://127.0.0.1:4010?token=hunter2pass": "no user, query or fragment",
	} {
		_, err := control.New(base)
		require.ErrorContains(t, err, want, base)
		require.NotContains(t, err.Error(), "hunter2pass")
	}
	for _, base := range []string{"http://localhost:4010", "http://pay.localhost:4010", "http://[::1]:4010", "https://127.0.0.2/"} {
		_, err := control.New(base)
		require.NoError(t, err, base)
	}
	_, err := control.New("http://localhost:4010", control.WithHTTPClient(nil))
	require.ErrorContains(t, err, "needs a client")
}

func TestWithHTTPClient(t *testing.T) {
	t.Parallel()
	var asked string
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		asked = r.URL.String()
		recorder := httptest.NewRecorder()
		_, _ = recorder.WriteString(`{"now":"2026-04-21T13:18:14Z"}`)
		return recorder.Result(), nil
	})
	client, err := control.New("http://localhost:4010", control.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	clock, err := client.Clock(t.Context())
	require.NoError(t, err)
	require.Equal(t, "http://localhost:4010/_sandbox/clock", asked)
	require.Equal(t, time.Date(2026, 4, 21, 13, 18, 14, 0, time.UTC), clock.Now)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (rt roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return rt(r) }

// Something else may listen at the port, or nothing.
func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	silent := httptest.NewServer(http.NotFoundHandler())
	silent.Close()
	client, err := control.New(silent.URL)
	require.NoError(t, err)
	_, err = client.Sessions(t.Context())
	require.ErrorContains(t, err, "GET sessions: no sandbox responds at "+silent.URL+", start one with `hostedpay sandbox`")

	_, err = serve(t, http.NotFound).Sessions(t.Context())
	var rejected *control.Error
	require.ErrorAs(t, err, &rejected)
	require.Equal(t, http.StatusNotFound, rejected.Status)
	require.Contains(t, rejected.Message, "the response is not a sandbox's")

	_, err = serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<h1>")) }).Sessions(t.Context())
	require.ErrorContains(t, err, "not the JSON of a sandbox")

	_, err = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, strings.Repeat("x", 1<<20), http.StatusBadGateway)
	}).Merchants(t.Context())
	require.ErrorContains(t, err, "HTTP 502")
	require.Less(t, len(err.Error()), 300)

	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = client.Clock(canceled)
	require.ErrorIs(t, err, context.Canceled)
}

// The stream ends with an error, whatever ends it.
func TestChangesEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ stream, want string }{
		"stopped":   {"event: change\ndata: 1\n\n", "has stopped"},
		"not ours":  {"data: hello\n\n", `unknown change "hello"`},
		"no stream": {"", "has stopped"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(c.stream)) })
			var last error
			for n, err := range client.Changes(t.Context()) {
				if err == nil {
					require.Equal(t, 1, n)
				}
				last = err
			}
			require.ErrorContains(t, last, c.want)
		})
	}
	for _, err := range serve(t, http.NotFound).Changes(t.Context()) {
		require.ErrorContains(t, err, "404")
	}
}

// A merchant's credentials are listed, whatever gateways there are.
func TestCredentials(t *testing.T) {
	t.Parallel()
	m := control.Merchant{
		Vora:        control.VoraAccount{SecretKey: "vp_sk_test_a", SessionSecret: "ss_test_a", WebhookURL: "http://localhost"},
		VisionScope: control.VisionScopeAccount{APIKey: "vsk_a"},
	}
	var all []string
	for _, c := range m.Credentials() {
		all = append(all, string(c.Gateway)+" "+c.Label+" "+c.Value)
	}
	require.Equal(t, []string{"vora Vora secret key vp_sk_test_a", "vora Vora session secret ss_test_a", "visionscope VisionScope API key vsk_a"}, all)
}

// A sample merchant has every key and secret of every gateway's account, and each is a credential,
// so that the command and the dashboard show it.
func TestEveryKeyIsACredential(t *testing.T) {
	t.Parallel()
	m := control.SampleMerchant("a", "A")
	merchant := reflect.ValueOf(&m).Elem()
	for i := range merchant.NumField() {
		account := merchant.Field(i)
		for j := 0; account.Kind() == reflect.Struct && j < account.NumField(); j++ {
			name := account.Type().Field(j).Name
			if field := account.Field(j); field.Kind() == reflect.String && (strings.HasSuffix(name, "Key") || strings.HasSuffix(name, "Secret")) {
				require.NotEmpty(t, field.String(), "SampleMerchant leaves out %s.%s", account.Type().Name(), name)
				field.SetString(account.Type().Name() + "." + name)
				require.True(t, slices.ContainsFunc(m.Credentials(), func(c control.Credential) bool {
					return c.Value == field.String() && c.Gateway != "" && c.Label != ""
				}), "Credentials leaves out %s", field.String())
			}
		}
	}
	require.NotEmpty(t, m.Credentials())
}
