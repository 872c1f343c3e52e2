package sandbox_test

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func codes(t *testing.T) []row {
	return table(t, faultsPage, "Code", "HTTP", "Family", "Again?", "Next action", "Attempts", "In nature")
}

// The page has every code of the catalog, and says about each what the catalog says.
func TestPageHasTheCatalog(t *testing.T) {
	t.Parallel()
	rows := map[string]row{}
	var listed []string
	for _, r := range codes(t) {
		rows[r["Code"]] = r
		listed = append(listed, r["Code"])
		require.Contains(t, sdk.Codes(), sdk.Code(r["Code"]), "%s: code %s is not in the catalog", faultsPage, r["Code"])
	}
	var catalog []string
	for _, code := range sdk.Codes() {
		entry, _ := code.Entry()
		again := map[bool]string{true: "yes", false: "no"}[entry.Retryable]
		want := row{
			"Code": string(code), "HTTP": strconv.Itoa(entry.Statuses[0]), "Family": string(entry.Family), "Again?": again,
			"Next action": string(entry.NextAction), "Attempts": map[string]string{"yes": "3", "no": "1"}[again], "In nature": rows[string(code)]["In nature"],
		}
		assert.Equal(t, want, rows[string(code)], "%s: code %s needs the row | `%s` | %s | %s | %s | %s | %s | – |",
			faultsPage, code, code, want["HTTP"], want["Family"], again, want["Next action"], want["Attempts"])
		catalog = append(catalog, string(code))
	}
	if !t.Failed() {
		require.Equal(t, catalog, listed, "%s: the codes are not in the catalog's order", faultsPage)
	}
}

// Each code can be provoked through the SDK in each of the ways that the page names, and is then
// exactly what the page says.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	ways := map[string]func(w *wire, code sdk.Code) error{
		"key": func(w *wire, code sdk.Code) error { return w.call("create", sandbox.KeyFor(code)) },
		"header": func(w *wire, code sdk.Code) error {
			return w.call("create", sandbox.Acme.Vora.SecretKey, header(control.FaultHeader, "code="+string(code)))
		},
		"control": func(w *wire, code sdk.Code) error {
			w.control(http.MethodPost, "faults", `{"route":"POST /v1/sessions","code":"`+string(code)+`"}`)
			return w.call("create", sandbox.Acme.Vora.SecretKey)
		},
	}
	natural := natures()
	for _, row := range codes(t) {
		code := sdk.Code(row["Code"])
		for way, provoke := range ways {
			t.Run(row["Code"]+" by "+way, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					requireError(t, row, provoke(newWire(t, contracttest.Vora(t).Handler), code))
				})
			})
		}
		nature, found := natural[code]
		require.Equal(t, row["In nature"] != "", found, code)
		delete(natural, code)
		if found {
			t.Run(row["Code"]+" in nature", func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					requireError(t, row, nature(newWire(t, contracttest.Vora(t).Handler, sandbox.WithRateLimits())))
				})
			})
		}
	}
	require.Empty(t, slices.Collect(maps.Keys(natural)), "codes that %s does not say to occur in nature", faultsPage)
}

// natures are how a call gets a code without asking for it.
func natures() map[sdk.Code]func(*wire) error {
	const acme = "vp_sk_test_acme_vitamins"
	create := func(params vora.SessionParams, opts ...sdk.ClientOption) func(*wire) error {
		return func(w *wire) error {
			_, err := w.vora(acme, append(opts, sdk.WithoutChecks())...).CreateSession(w.t.Context(), params)
			return err
		}
	}
	under := func(key string, cents int64) func(*wire) error {
		return func(w *wire) error {
			_, err := w.vora(acme).CreateSession(w.t.Context(), vora.SessionParams{Amount: money.Minor(cents, "USD")}, sdk.WithIdempotencyKey(key))
			return err
		}
	}
	good := vora.SessionParams{Amount: money.Minor(1499, "USD")}
	return map[sdk.Code]func(*wire) error{
		sdk.CodeAuthMissingBearer: create(good, header("Authorization", "")),
		sdk.CodeAuthInvalidKey:    func(w *wire) error { return w.call("create", "vp_sk_test_nobody") },
		sdk.CodeAuthKeyExpired: func(w *wire) error {
			_, err := w.gateways.RotateKey(sandbox.Acme.ID)
			require.NoError(w.t, err)
			w.gateways.Clock().Advance(24 * time.Hour)
			return w.call("create", acme)
		},
		sdk.CodeAuthKeyTypeForbidden: func(w *wire) error { // the client does not send it, unless it does not know
			return w.call("read", acme, header("Authorization", "Bearer "+sandbox.Acme.Vora.PublishableKey))
		},
		sdk.CodeSessionNotFound: func(w *wire) error {
			created, err := w.vora(sandbox.Brightline.Vora.SecretKey).CreateSession(w.t.Context(), good)
			require.NoError(w.t, err)
			_, err = w.vora(acme).GetSession(w.t.Context(), created.ID)
			return err
		},
		sdk.CodeValidationError:         create(vora.SessionParams{Amount: money.Minor(1499, "usd")}),
		sdk.CodeValidationMissingField:  create(good, body(`{"amount":1499}`)),
		sdk.CodeValidationInvalidAmount: create(vora.SessionParams{Amount: money.Minor(0, "USD")}),
		sdk.CodeUnsupportedMediaType:    create(good, header("Content-Type", "text/plain")),
		sdk.CodeRateLimitExceeded: func(w *wire) error {
			for range 10 {
				require.NoError(w.t, create(good)(w))
			}
			return create(good)(w)
		},
		sdk.CodeRateLimitExceededPerKey: func(w *wire) error {
			for i := range 30 {
				require.NoError(w.t, create(good, from(i/10))(w))
			}
			return create(good, from(3))(w)
		},
		sdk.CodeIdempotencyKeyCollision: func(w *wire) error {
			key := vora.IdempotencyKey("acme", "order-1", 1)
			require.NoError(w.t, under(key, 1499)(w))
			return under(key, 1599)(w)
		},
	}
}

// from makes a call come from another address: the proxy in front of the wire believes this header.
func from(host int) sdk.ClientOption {
	return header(addressHeader, "203.0.113."+strconv.Itoa(host)+":1")
}

// body sends another body than the client would.
func body(text string) sdk.ClientOption {
	return edit(func(r *http.Request) {
		r.Body = io.NopCloser(strings.NewReader(text))
		r.ContentLength = int64(len(text))
	})
}

// requireError holds an error to what a row of the page says.
func requireError(t *testing.T, row row, err error) {
	t.Helper()
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, e.Code)
	require.ErrorIs(t, err, sdk.Family(row["Family"]))
	require.Equal(t, row["Code"], string(e.Code))
	require.False(t, e.CodeAssigned)
	require.Equal(t, row["HTTP"], strconv.Itoa(e.Status))
	require.Equal(t, row["Again?"] == "yes", e.Retryable())
	require.Equal(t, row["Next action"], string(e.NextAction()))
	require.Equal(t, row["Attempts"], strconv.Itoa(len(e.Attempts)))
	for _, a := range e.Attempts {
		require.Equal(t, e.Code, a.Code)
		require.NotEmpty(t, a.RequestID)
	}
	require.NotEmpty(t, e.Message)
	require.NotEmpty(t, e.Fix)
	entry, _ := e.Code.Entry()
	require.NotEmpty(t, e.Docs)
	require.Equal(t, entry.Docs(), e.Docs)
	var unknown *sdk.OutcomeUnknownError
	require.NotErrorAs(t, err, &unknown, "a rejection is a definite response")
}

// control calls the control API over the wire, as a test in another language would.
func (w *wire) control(method, path, body string) string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, "http://localhost/_sandbox/"+path, bytes.NewReader([]byte(body)))
	require.NoError(w.t, err)
	r.Header.Set("Content-Type", "application/json")
	response, err := w.transport.RoundTrip(r)
	require.NoError(w.t, err)
	defer w.transport.CloseIdleConnections() // what is cut on a used connection, net/http repeats by itself
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	require.Equal(w.t, http.StatusOK, response.StatusCode, string(text))
	return string(text)
}
