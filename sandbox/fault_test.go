package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func (w *world) create(opts ...sdk.ClientOption) error {
	_, err := w.client(opts...).CreateSession(w.t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
	return err
}

// client is a client like the world's, without retries.
func (w *world) client(opts ...sdk.ClientOption) *vora.Client {
	w.t.Helper()
	client, err := vora.New(sandbox.Acme.Vora.SecretKey, append([]sdk.ClientOption{sdk.WithBaseURL(w.url), sdk.WithMaxRetries(0)}, opts...)...)
	require.NoError(w.t, err)
	return client
}

// A share of the calls goes wrong, and with the same seed they are the same calls.
func TestFaultsOfAShareAreRepeatable(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (pattern string) {
		w := setup(t, sandbox.WithSeed(seed))
		require.NoError(t, w.gateways.Inject(control.Fault{Share: 30, Code: sdk.CodeProviderUnavailable}))
		for range 100 {
			if err := w.create(); err == nil {
				pattern += "."
			} else {
				require.ErrorIs(t, err, sdk.CodeProviderUnavailable)
				pattern += "x"
			}
		}
		return pattern
	}
	first := run(7)
	require.Equal(t, first, run(7))
	require.NotEqual(t, first, run(8))
	wrong := 0
	for _, c := range first {
		if c == 'x' {
			wrong++
		}
	}
	require.InDelta(t, 30, wrong, 15)
}

func TestFaultsHappenAsOftenAsTheyShould(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.NoError(t, w.gateways.Inject(control.Fault{Times: 2, Code: sdk.CodeInternalError}))
	require.NoError(t, w.gateways.Inject(control.Fault{Code: sdk.CodeProviderUnavailable}))
	require.ErrorIs(t, w.create(), sdk.CodeInternalError)
	require.Equal(t, []control.Fault{{Times: 1, Code: sdk.CodeInternalError}, {Code: sdk.CodeProviderUnavailable}}, w.gateways.Faults())
	require.ErrorIs(t, w.create(), sdk.CodeInternalError)
	for range 3 {
		require.ErrorIs(t, w.create(), sdk.CodeProviderUnavailable)
	}
	w.gateways.ClearFaults()
	require.NoError(t, w.create())
}

func TestFaultsOfARoute(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.NoError(t, w.gateways.Inject(control.Fault{Route: "GET /v1/sessions/", Code: sdk.CodeInternalError}))
	created := w.session(vora.SessionParams{})
	_, err := w.vora.GetSession(t.Context(), created.ID, sdk.WithMaxRetries(0))
	require.ErrorIs(t, err, sdk.CodeInternalError)
	_, err = w.vora.Health(t.Context())
	require.NoError(t, err)
	w.checkout(money.MustParse("10", "EUR"))

	_, err = w.client(header(control.FaultHeader, "code=session_expired")).GetSession(t.Context(), created.ID)
	require.ErrorIs(t, err, sdk.CodeSessionExpired, "the header is the call's own wish, and comes first")
}

// On a real connection, a reset is a reset and not an orderly end.
func TestResets(t *testing.T) {
	t.Parallel()
	for name, sessions := range map[string]int{"resetBefore=true": 0, "resetAfter=true": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			err := w.create(header(control.FaultHeader, name))
			var unknown *sdk.OutcomeUnknownError
			require.ErrorAs(t, err, &unknown)
			require.ErrorIs(t, err, syscall.ECONNRESET)
			require.Len(t, w.gateways.Sessions(), sessions)
			// How it goes on: the same call again, under the key that the error has.
			again, err := w.vora.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")}, sdk.WithIdempotencyKey(unknown.Err.IdempotencyKey))
			require.NoError(t, err)
			require.Len(t, w.gateways.Sessions(), 1)
			require.Equal(t, w.gateways.Sessions()[0].ID, again.ID)
		})
	}
}

// ask makes one request, on a connection of its own, and returns the response.
func (w *world) ask(method, address, fault, body string) (header http.Header, status int, text string, err error) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, address, strings.NewReader(body))
	require.NoError(w.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if fault != "" {
		request.Header.Set(control.FaultHeader, fault)
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return nil, 0, "", err
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	return response.Header, response.StatusCode, string(read), err
}

// uncontracted is the address of the sandbox without the check of its responses against the
// contract.
func (w *world) uncontracted() string {
	server := httptest.NewServer(w.gateways)
	w.t.Cleanup(server.Close)
	return server.URL
}

// A response without a body does not claim to be JSON.
func TestStatusWithoutABody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	address := w.uncontracted() + "/v1/health"
	for fault, kind := range map[string]string{
		"status=503": "", "status=503; body={}": "application/json", "status=503; body=<p>": "text/html; charset=utf-8",
	} {
		header, status, body, err := w.ask(http.MethodGet, address, fault, "")
		require.NoError(t, err)
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Equal(t, kind, header.Get("Content-Type"), fault)
		require.Equal(t, kind == "", body == "", fault)
	}
}

// A truncated response has the length of the whole one and the first half of its bytes.
func TestTruncatedResponse(t *testing.T) {
	t.Parallel()
	w := setup(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/v1/health", nil)
	require.NoError(t, err)
	request.Header.Set(control.FaultHeader, "truncate=true")
	response, err := w.http.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.NotEmpty(t, body)
	require.Len(t, body, int(response.ContentLength/2))
}

func TestFaultsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for _, f := range []control.Fault{
		{Code: sdk.CodeInternalError},
		{Status: 503, RetryAfter: "Fri, 31 Dec 1999 23:59:59 GMT"},
		{Status: 502, Body: "<h1>50% & more; = all</h1>", LatencyMS: 20},
		{Route: "POST /v1/sessions", Times: 2, Share: 30, Code: sdk.CodeRateLimitExceeded, RetryAfter: "7"},
		{Route: "GET /c/50%;more", Status: 404},
		{Status: 503, RetryAfter: "1; hang"}, {Status: 503, RetryAfter: "100%"},
		{Hang: true}, {ResetBefore: true}, {ResetAfter: true, LatencyMS: 1}, {Truncate: true},
	} {
		again, err := control.ParseFault(f.String())
		require.NoError(t, err, f.String())
		require.Equal(t, f, again, f.String())
	}
}

// The journal notes a fault in the form that ParseFault reads.
func TestFaultsAreLoggedAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	w := setup(t)
	fault := control.Fault{Route: "GET /v1/health", Times: 2, Status: 503, Body: strings.Repeat("x", 1000)}
	require.NoError(t, w.gateways.Inject(fault))
	address := w.uncontracted() + "/v1/health"
	for _, wish := range []string{"", "retryAfter=2; status=502;"} {
		_, _, _, err := w.ask(http.MethodGet, address, wish, "")
		require.NoError(t, err)
	}
	log := w.gateways.Requests()
	require.True(t, strings.HasPrefix(log[0].Fault, "route=GET /v1/health; times=2; status=503; body=xxx"), log[0].Fault)
	require.Len(t, log[0].Fault, 512, "a long body is cut off")
	require.Equal(t, "status=502; retryAfter=2", log[1].Fault)
}

func TestInvalidFaults(t *testing.T) {
	t.Parallel()
	s, err := sandbox.New()
	require.NoError(t, err)
	t.Cleanup(s.Close)
	for text, want := range map[string]string{
		"":                "does nothing",
		" ; ":             "does nothing",
		"status=503;":     "",
		"hang":            "",
		"resetBefore;":    "",
		"resetAfter":      "",
		"truncate":        "",
		"hang=":           "use true, false, or the name alone",
		"broken":          "unknown fault",
		"code=nonsense":   "docs/sandbox-faults.md",
		"status=99":       "status 99 is out of range",
		"status=many":     "use digits, as in status=503",
		"latencyMs=-1":    "latencyMs -1 is out of range",
		"hang=perhaps":    "use true, false, or the name alone",
		"retryAfter=5":    "",
		"body=hello":      "needs a status",
		"hang=false":      "does nothing",
		"code=x; rubbish": "unknown fault",
		"route=GET /":     "does nothing",

		"status=503; truncate":                       "only one of these can happen to a call: status=503, truncate=true",
		"code=internal_error; status=500":            "only one of these",
		"hang; resetBefore":                          "only one of these",
		"resetBefore; resetAfter":                    "only one of these",
		"truncate; latencyMs=5; retryAfter=1":        "",
		"route=/v1/sessions; hang":                   "POST /v1/sessions",
		"route=post /v1/sessions; hang":              "the methods are GET, HEAD, POST",
		"route=PUT /v1/sessions; hang":               "the methods are GET, HEAD, POST",
		"route=nonsense; hang":                       "no call has the route",
		"route=POST; hang":                           "no call has the route",
		"route=POST sessions; hang":                  "no call has the route",
		"route=POST  /v1/sessions; hang":             "no call has the route",
		"route=POST /v1/sessions?dry_run=true; hang": "no call has the route",
		"route=POST /v2/sessions; hang":              "the paths begin with /v1/, ",
		"route=GET /api/healthz; hang":               "no call has the route",
		"route=GET /_sandbox/faults; hang":           "no call has the route",
		"route=GET /; hang":                          "",
		"route=GET /v; hang":                         "",
		"route=HEAD /api/health; hang":               "",
		"route=POST /api/checkout/create; hang":      "",
		"route=POST /c/vp_cs_test_1; hang":           "",
		"route=POST /c/; code=internal_error":        "a hosted page sends no error codes",
		"route=GET /; code=internal_error":           "includes hosted pages",
		"route=GET /checkout/; code=internal_error":  "a hosted page sends no error codes",
		"route=GET /v1/; code=internal_error":        "",
		"times=x":                                    "use digits, as in status=503",
	} {
		fault, err := control.ParseFault(text)
		if err == nil {
			err = s.Inject(fault)
		}
		if want == "" {
			require.NoError(t, err, text)
			continue
		}
		require.ErrorContains(t, err, want, text)
	}
	w := setup(t)
	require.Error(t, w.gateways.Inject(control.Fault{Share: 101, Hang: true}))
	require.Error(t, w.gateways.Inject(control.Fault{Times: -1, Hang: true}))
	require.Error(t, w.gateways.Inject(control.Fault{Route: "GET /"}))
	require.Empty(t, w.gateways.Faults())

	status, _, body := w.api(http.MethodGet, "/api/checkout/create", "", control.FaultHeader, "rubbish")
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "rubbish", "a misspelt fault is reported, not ignored")
	status, _, body = w.api(http.MethodGet, "/api/checkout/create", "", control.FaultHeader, "times=2; hang=true")
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "leave out route, times and share")
}

// Callers that wait for a response do not keep the sandbox from closing.
func TestCloseEndsCallsThatWait(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"hang=true": "/v1/health", "latencyMs=3600000": "/v1/health", "": "/_sandbox/deliveries?wait=1h",
		"hang": "/c/vp_cs_test_nobody", "latencyMs=3600001": "/checkout/cs_nobody",
	} {
		t.Run(path+" "+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t, open)
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+path, nil)
				require.NoError(t, err)
				if name != "" {
					request.Header.Set(control.FaultHeader, name)
				}
				ended := make(chan int, 1)
				go func() {
					response, err := w.transport.RoundTrip(request)
					if err != nil {
						ended <- 0
						return
					}
					defer response.Body.Close()
					ended <- response.StatusCode
				}()
				synctest.Wait()
				require.Empty(t, ended)
				began := time.Now()
				w.gateways.Close()
				if name == "" {
					require.Equal(t, http.StatusOK, <-ended, "what there is by then")
				} else {
					require.Zero(t, <-ended, "no response")
				}
				require.Zero(t, time.Since(began), "the bubble's time stands still unless somebody waits")
			})
		})
	}
}

// A code that a fault asked for comes with the same headers as in nature.
func TestInjectedCodesHaveAllHeaders(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithDeprecation(time.Time{}, time.Time{}), sandbox.WithLatestVersion("2026-10-01"))
	for code, limit := range map[sdk.Code]string{
		sdk.CodeRateLimitExceeded: "10", sdk.CodeRateLimitExceededPerKey: "30", sdk.CodeProviderUnavailable: "",
	} {
		for _, headers := range [][]string{
			json200("Bearer " + sandbox.KeyFor(code)),
			append(json200("Bearer "+sandbox.Acme.Vora.SecretKey), control.FaultHeader, "code="+string(code)),
		} {
			_, header, _ := w.api(http.MethodPost, "/v1/sessions", `{"amount":1499,"currency":"USD"}`, append(headers, "Von-Pay-Version", "2026-04-14")...)
			require.NotEmpty(t, header.Get("X-Request-Id"))
			require.Equal(t, "2026-04-14", header.Get("Von-Pay-Version"))
			require.Equal(t, "2026-10-01", header.Get("Von-Pay-Latest-Version"))
			require.Equal(t, "true", header.Get("Deprecation"))
			require.Equal(t, limit, header.Get("X-RateLimit-Limit"))
			if limit == "" {
				require.Empty(t, header.Get("Retry-After"))
				continue
			}
			require.Equal(t, "1", header.Get("Retry-After"))
			require.Equal(t, "0", header.Get("X-RateLimit-Remaining"))
			require.Equal(t, strconv.FormatInt(w.clock.Now().Unix()+1, 10), header.Get("X-RateLimit-Reset"))
		}
	}
	_, header, _ := w.api(http.MethodGet, "/v1/health", "", control.FaultHeader, "code=rate_limit_exceeded; retryAfter=7")
	require.Equal(t, "7", header.Get("Retry-After"))
	require.Equal(t, strconv.FormatInt(w.clock.Now().Unix()+7, 10), header.Get("X-RateLimit-Reset"))
}
