package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/doctor"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// diagnosed runs the built command in an empty home and returns its findings and its exit code.
func diagnosed(t *testing.T, env []string, args ...string) (r doctor.Report, code int) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "hostedpay", append([]string{"doctor", "--json"}, args...)...)
	c.Dir = t.TempDir()
	c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.Dir}, env...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	require.NotContains(t, stdout.String()+stderr.String(), "sentinel")
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &r), "%s", &stderr)
	return r, c.ProcessState.ExitCode()
}

// requireFinding requires a finding that has the words in it, and a next step when it is bad.
func requireFinding(t *testing.T, r doctor.Report, wanted doctor.Level, about, words string) {
	t.Helper()
	for _, s := range r.Findings {
		if s.Level == doctor.Problem || s.Level == doctor.Warning {
			require.NotEmpty(t, s.Next, s.What)
		}
		if s.Level == wanted && s.About == about && strings.Contains(s.What, words) {
			return
		}
	}
	require.Failf(t, "missing", "%s of %s with %q in %+v", wanted, about, words, r.Findings)
}

// A gateway whose clock, version or future is not as it should be, and one that nobody reaches.
func TestDoctorAtTheGateway(t *testing.T) {
	t.Parallel()
	box, err := sandbox.New()
	require.NoError(t, err)
	t.Cleanup(box.Close)
	key := "VON_PAY_SECRET_KEY=" + sandbox.Acme.Vora.SecretKey
	serving := func(change http.Header) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recorded := httptest.NewRecorder()
			box.ServeHTTP(recorded, r)
			for name, values := range recorded.Header() {
				w.Header()[name] = values
			}
			for name, values := range change {
				if name == "Ahead" { // of this machine's clock, now
					ahead, _ := time.ParseDuration(values[0])
					name, values = "Date", []string{time.Now().Add(ahead).UTC().Format(http.TimeFormat)}
				}
				w.Header()[name] = values
			}
			w.WriteHeader(recorded.Code)
			_, _ = w.Write(recorded.Body.Bytes())
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	date := func(d time.Duration) http.Header {
		return http.Header{"Ahead": {d.String()}}
	}
	unknownCA := httptest.NewTLSServer(box)
	t.Cleanup(unknownCA.Close)
	plain := serving(nil)
	for name, test := range map[string]struct {
		env          []string
		level        doctor.Level
		about, words string
	}{
		"well":          {[]string{key, "VON_PAY_BASE_URL=" + plain}, doctor.OK, "API key", "Vora accepts it"},
		"behind":        {[]string{key, "VON_PAY_BASE_URL=" + serving(date(10*time.Minute))}, doctor.Problem, "clock", "behind the gateway's"},
		"ahead":         {[]string{key, "VON_PAY_BASE_URL=" + serving(date(-time.Minute))}, doctor.Warning, "clock", "ahead of the gateway's"},
		"far ahead":     {[]string{key, "VON_PAY_BASE_URL=" + serving(date(-time.Hour))}, doctor.Problem, "clock", "1h0m"},
		"version":       {[]string{key, "VON_PAY_BASE_URL=" + serving(http.Header{"Von-Pay-Version": {"2025-01-01"}})}, doctor.Problem, "version", "2025-01-01 responds"},
		"no version":    {[]string{key, "VON_PAY_BASE_URL=" + serving(http.Header{"Von-Pay-Version": nil})}, doctor.Warning, "version", "does not name"},
		"newer":         {[]string{key, "VON_PAY_BASE_URL=" + serving(http.Header{"Von-Pay-Latest-Version": {"2027-01-01"}})}, doctor.Warning, "version", "newer API version, 2027-01-01"},
		"sunset":        {[]string{key, "VON_PAY_BASE_URL=" + serving(http.Header{"Sunset": {"Thu, 01 Apr 2027 00:00:00 GMT"}})}, doctor.Warning, "version", "2027-04-01"},
		"other key":     {[]string{"VON_PAY_SECRET_KEY=vp_sk_test_sentinel0123456789", "VON_PAY_BASE_URL=" + plain}, doctor.Problem, "API key", "auth_invalid_key"},
		"live key":      {[]string{"VON_PAY_SECRET_KEY=vp_sk_live_sentinel0123456789", "VON_PAY_BASE_URL=" + plain}, doctor.Problem, "key and host", "is live, and is sent to"},
		"public key":    {[]string{"VON_PAY_SECRET_KEY=vp_pk_test_sentinel0123456789", "VON_PAY_BASE_URL=" + plain}, doctor.Problem, "configuration", "publishable API key"},
		"modes":         {[]string{key, "VON_PAY_SESSION_SECRET=ss_live_sentinel0123456789", "VON_PAY_BASE_URL=" + plain}, doctor.Problem, "key and host", "for test mode and VON_PAY_SESSION_SECRET for live mode"},
		"sandbox key":   {[]string{"VISIONSCOPE_API_KEY=" + sandbox.Acme.VisionScope.APIKey, "VISIONSCOPE_API_URL=https://127.0.0.2.invalid"}, doctor.Problem, "key and host", "is a key of hostedpay sandbox"},
		"name":          {[]string{"VON_PAY_BASE_URL=https://gateway.invalid"}, doctor.Problem, "Vora", "DNS: "},
		"authority":     {[]string{"VON_PAY_BASE_URL=" + unknownCA.URL}, doctor.Problem, "Vora", "TLS: "},
		"no TLS":        {[]string{"VISIONSCOPE_API_URL=" + strings.Replace(plain, "http:", "https:", 1)}, doctor.Problem, "VisionScope", "TLS: "},
		"refused":       {[]string{"VON_PAY_BASE_URL=http://127.0.0.1:9"}, doctor.Problem, "Vora", "nothing listens there"},
		"no encryption": {[]string{"VON_PAY_BASE_URL=http://gateway.invalid"}, doctor.Problem, "Vora", "unencrypted"},
		"VisionScope":   {[]string{"VISIONSCOPE_API_URL=" + plain}, doctor.OK, "VisionScope", "a connection can be made"},
		"no address":    {[]string{"VISIONSCOPE_API_KEY=vsk_sentinel0123456789"}, doctor.Problem, "VisionScope", "VISIONSCOPE_API_URL is not"},
		"nothing":       {nil, doctor.Problem, "configuration", "nothing is configured"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, code := diagnosed(t, test.env)
			requireFinding(t, r, test.level, test.about, test.words)
			require.Equal(t, r.Problems > 0, code == exit.Failed)
			require.Equal(t, r.Problems == 0, code == exit.OK)
			if test.level != doctor.Problem {
				require.Zero(t, r.Problems, r.Findings)
			}
		})
	}
}

// rewritten is a body as a program writes it that has read it.
func rewritten(t *testing.T, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		d := json.NewDecoder(r.Body)
		d.UseNumber()
		if err := d.Decode(&body); err != nil {
			t.Error(err)
		}
		text, _ := json.Marshal(body) // of what was JSON
		r.Body = io.NopCloser(bytes.NewReader(text))
		next.ServeHTTP(w, r)
	})
}

// An endpoint of each scheme: one as it should be, and those with the usual mistakes.
func TestDoctorAtTheEndpoint(t *testing.T) {
	t.Parallel()
	for _, s := range scheme.All() {
		name, secret := string(s.Name), prefixOf(s.Variable)+"0123456789abcdef0123456789abcdef"
		keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(secret)})
		require.NoError(t, err)
		var worked atomic.Int32
		handler, err := webhooks.NewHandler(s.Verifier(keys), func(_ context.Context, e webhooks.Event) error {
			if _, unknown := e.(*webhooks.UnknownEvent); !unknown && e.Info().Scheme != webhooks.SchemeVoraV2 {
				worked.Add(1)
			}
			return nil
		})
		require.NoError(t, err)
		status := func(code int) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
		}
		mine := s.Variable + "=" + secret
		for what, test := range map[string]struct {
			endpoint http.Handler
			env      string
			level    doctor.Level
			words    string
		}{
			"well":         {handler, mine, doctor.OK, "byte for byte"},
			"open":         {status(200), mine, doctor.Problem, "changed after signing"},
			"altered":      {rewritten(t, handler), mine, doctor.Problem, "altered before they are verified"},
			"other secret": {handler, mine + "0", doctor.Problem, "rejects what is signed"},
			"no secret":    {handler, "A=B", doctor.OK, "rejects what it cannot verify"},
			"open to all":  {status(204), "A=B", doctor.Problem, "that nobody signed"},
			"elsewhere":    {http.RedirectHandler("https://shop.example.com", http.StatusFound), mine, doctor.Problem, "HTTP 302"},
			"nowhere":      {http.NotFoundHandler(), mine, doctor.Problem, "no endpoint is at this path"},
			"broken":       {status(500), mine, doctor.Problem, "HTTP 500"},
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				t.Parallel()
				s := httptest.NewServer(test.endpoint)
				t.Cleanup(s.Close)
				r, _ := diagnosed(t, []string{test.env, "VON_PAY_BASE_URL=http://127.0.0.1:9"},
					"--scheme", name, "--webhook", s.URL+"/hook/sentinel?token=sentinel")
				requireFinding(t, r, test.level, "webhook", test.words)
			})
		}
		t.Cleanup(func() { require.Zero(t, worked.Load(), "the test event was taken for one of the gateway's") })
	}
}

// A live API key signs nothing.
func TestDoctorSignsNothingWithALiveKey(t *testing.T) {
	t.Parallel()
	const key = "vp_sk_live_sentinel0123456789"
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(key)})
	require.NoError(t, err)
	handler, err := webhooks.NewHandler(webhooks.Vora(keys), func(context.Context, webhooks.Event) error {
		t.Error("a delivery was signed")
		return nil
	})
	require.NoError(t, err)
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	r, _ := diagnosed(t, []string{"VON_PAY_SECRET_KEY=" + key, "VON_PAY_BASE_URL=http://127.0.0.1:9"}, "--webhook", s.URL)
	requireFinding(t, r, doctor.Skipped, "webhook", "is live, and signs no test event")
}

// A live API key that should not be sent to this machine is not sent there to find that out.
func TestDoctorSendsNoLiveKeyToThisMachine(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Header.Get("Authorization") != "" {
			t.Error("the key was sent")
		}
		_, _ = io.WriteString(w, `{"status":"ok","version":"`+vora.APIVersion+`"}`)
	}))
	t.Cleanup(s.Close)
	r, _ := diagnosed(t, []string{"VON_PAY_SECRET_KEY=vp_sk_live_sentinel0123456789", "VON_PAY_BASE_URL=" + s.URL})
	requireFinding(t, r, doctor.Problem, "key and host", "is live, and is sent to")
	require.Positive(t, asked.Load())
}

// Calls that need no key send none, whatever the environment has.
func TestHealthSendsNoKey(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a key was sent")
		}
		_, _ = io.WriteString(w, `{"status":"ok","version":"`+vora.APIVersion+`"}`)
	}))
	t.Cleanup(s.Close)
	c := exec.CommandContext(t.Context(), "hostedpay", "health")
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "VON_PAY_SECRET_KEY=vp_sk_test_sentinel0123456789", "VON_PAY_BASE_URL=" + s.URL}
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
