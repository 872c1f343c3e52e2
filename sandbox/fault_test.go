package sandbox_test

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func (w *world) create(opts ...sdk.Option) error {
	_, err := w.vora.CreateSession(w.t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")}, append(opts, sdk.WithMaxRetries(0))...)
	return err
}

// A share of the calls goes wrong, and with the same seed they are the same calls.
func TestFaultsOfAShareAreRepeatable(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (pattern string) {
		w := setup(t, sandbox.WithSeed(seed))
		require.NoError(t, w.gateways.Inject(sandbox.Fault{Share: 30, Code: sdk.CodeProviderUnavailable}))
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
	require.NoError(t, w.gateways.Inject(sandbox.Fault{Times: 2, Code: sdk.CodeInternalError}))
	require.NoError(t, w.gateways.Inject(sandbox.Fault{Code: sdk.CodeProviderUnavailable}))
	require.ErrorIs(t, w.create(), sdk.CodeInternalError)
	require.Equal(t, []sandbox.Fault{{Times: 1, Code: sdk.CodeInternalError}, {Code: sdk.CodeProviderUnavailable}}, w.gateways.Faults())
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
	require.NoError(t, w.gateways.Inject(sandbox.Fault{Route: "GET /v1/sessions/", Code: sdk.CodeInternalError}))
	created := w.session(vora.SessionParams{})
	_, err := w.vora.GetSession(t.Context(), created.ID, sdk.WithMaxRetries(0))
	require.ErrorIs(t, err, sdk.CodeInternalError)
	_, err = w.vora.Health(t.Context())
	require.NoError(t, err)
	w.checkout(money.MustParse("10", "EUR"))

	_, err = w.vora.GetSession(t.Context(), created.ID, sdk.WithMaxRetries(0), header(sandbox.FaultHeader, "code=session_expired"))
	require.ErrorIs(t, err, sdk.CodeSessionExpired, "the header is the call's own wish, and comes first")
}

// On a real connection, a reset is a reset and not an orderly end.
func TestResets(t *testing.T) {
	t.Parallel()
	for name, sessions := range map[string]int{"resetBefore=true": 0, "resetAfter=true": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			err := w.create(header(sandbox.FaultHeader, name))
			var unknown *sdk.OutcomeUnknownError
			require.ErrorAs(t, err, &unknown)
			require.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF), "%v", err)
			require.Len(t, w.gateways.Sessions(), sessions)
			// How it goes on: the same call again, under the key that the error has.
			again, err := w.vora.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")}, sdk.WithIdempotencyKey(unknown.Err.IdempotencyKey))
			require.NoError(t, err)
			require.Len(t, w.gateways.Sessions(), 1)
			require.Equal(t, w.gateways.Sessions()[0].ID, again.ID)
		})
	}
}

// An answer that breaks off has the length of the whole one and the first half of its bytes.
func TestTruncatedAnswer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/v1/health", nil)
	require.NoError(t, err)
	request.Header.Set(sandbox.FaultHeader, "truncate=true")
	response, err := http.DefaultClient.Do(request)
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
	for _, f := range []sandbox.Fault{
		{Code: sdk.CodeInternalError},
		{Status: 503, RetryAfter: "Fri, 31 Dec 1999 23:59:59 GMT"},
		{Status: 502, Body: "<h1>50% & more; = all</h1>", LatencyMS: 20},
		{Route: "POST /v1/sessions", Times: 2, Share: 30, Code: sdk.CodeRateLimitExceeded, RetryAfter: "7"},
		{Hang: true}, {ResetBefore: true}, {ResetAfter: true, LatencyMS: 1}, {Truncate: true},
	} {
		again, err := sandbox.ParseFault(f.String())
		require.NoError(t, err, f.String())
		require.Equal(t, f, again, f.String())
	}
}

func TestFaultsThatAreNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                "no such fault",
		"broken":          "no such fault",
		"code=nonsense":   "no code",
		"status=99":       "no status",
		"status=many":     "invalid syntax",
		"latencyMs=-1":    "not negative",
		"hang=perhaps":    "invalid syntax",
		"retryAfter=5":    "",
		"body=hello":      "needs a status",
		"hang=false":      "does nothing",
		"code=x; rubbish": "no such fault",
		"route=GET /":     "does nothing",
		"times=x":         "invalid syntax",
	} {
		_, err := sandbox.ParseFault(text)
		if want == "" {
			require.NoError(t, err, text)
			continue
		}
		require.ErrorContains(t, err, want, text)
	}
	w := setup(t)
	require.Error(t, w.gateways.Inject(sandbox.Fault{Share: 101, Hang: true}))
	require.Error(t, w.gateways.Inject(sandbox.Fault{Times: -1, Hang: true}))
	require.Error(t, w.gateways.Inject(sandbox.Fault{Route: "GET /"}))
	require.Empty(t, w.gateways.Faults())

	status, _, body := w.api(http.MethodGet, "/api/checkout/create", "", sandbox.FaultHeader, "rubbish")
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "rubbish", "who misspells a fault is told, and does not wonder why nothing goes wrong")
	status, _, body = w.api(http.MethodGet, "/api/checkout/create", "", sandbox.FaultHeader, "times=2; hang=true")
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "leave out route, times and share")
}

// Whoever waits for an answer that never comes does not keep the sandbox from closing.
func TestCloseEndsCallsThatWait(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"hang=true": "/v1/health", "latencyMs=3600000": "/v1/health", "": "/_sandbox/deliveries?wait=1h",
	} {
		t.Run(path+" "+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t, open)
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+path, nil)
				require.NoError(t, err)
				if name != "" {
					request.Header.Set(sandbox.FaultHeader, name)
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
					require.Zero(t, <-ended, "no answer")
				}
				require.Zero(t, time.Since(began), "the bubble's time stands still unless somebody waits")
			})
		})
	}
}

// A code that was ordered comes with the headers of one that was earned.
func TestOrderedCodesHaveAllHeaders(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithDeprecation(time.Time{}, time.Time{}), sandbox.WithLatestVersion("2026-10-01"))
	for code, limit := range map[sdk.Code]string{
		sdk.CodeRateLimitExceeded: "10", sdk.CodeRateLimitExceededPerKey: "30", sdk.CodeProviderUnavailable: "",
	} {
		for _, headers := range [][]string{
			json200("Bearer " + sandbox.KeyFor(code)),
			append(json200("Bearer "+sandbox.Acme.SecretKey), sandbox.FaultHeader, "code="+string(code)),
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
	_, header, _ := w.api(http.MethodGet, "/v1/health", "", sandbox.FaultHeader, "code=rate_limit_exceeded; retryAfter=7")
	require.Equal(t, "7", header.Get("Retry-After"))
	require.Equal(t, strconv.FormatInt(w.clock.Now().Unix()+7, 10), header.Get("X-RateLimit-Reset"))
}
