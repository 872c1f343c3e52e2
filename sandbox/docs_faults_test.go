package sandbox_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// Each fault does to a call what the page says, asked for by header, by the control API and from
// Go.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	rows := table(t, faultsPage, "Call", "Fault", "Reported", "HTTP", "Code", "Attempts", "Sessions")
	require.Greater(t, len(rows), 20)
	routes := map[string]string{"create": "POST /v1/sessions", "read": "GET /v1/sessions/", "checkout": "POST /api/checkout/create"}
	ways := map[string]func(*wire, row) error{
		"header": func(w *wire, r row) error {
			return w.call(r["Call"], sandbox.Acme.Vora.SecretKey, header(control.FaultHeader, r["Fault"]))
		},
		"control": func(w *wire, r row) error {
			fault, err := control.ParseFault(r["Fault"])
			require.NoError(w.t, err)
			fault.Route = routes[r["Call"]]
			text, err := json.Marshal(fault)
			require.NoError(w.t, err)
			w.control(http.MethodPost, "faults", string(text))
			return w.call(r["Call"], sandbox.Acme.Vora.SecretKey)
		},
		"Go": func(w *wire, r row) error {
			fault, err := control.ParseFault(r["Fault"])
			require.NoError(w.t, err)
			require.NoError(w.t, w.gateways.Inject(fault))
			return w.call(r["Call"], sandbox.Acme.Vora.SecretKey)
		},
	}
	for _, row := range rows {
		for way, provoke := range ways {
			t.Run(row["Call"]+" "+row["Fault"]+" by "+way, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWire(t, open)
					if row["Call"] == "read" {
						w.createOne()
					}
					requireReported(t, row, row["Reported"], provoke(w, row))
					require.Len(t, w.gateways.Sessions(), number(t, row["Sessions"]))
					synctest.Wait() // for the log of what the client has given up
					var requests []control.Request
					for _, r := range w.gateways.Requests() {
						if strings.HasPrefix(r.Method+" "+r.Path, routes[row["Call"]]) {
							requests = append(requests, r)
						}
					}
					require.Len(t, requests, number(t, row["Attempts"]))
					for _, r := range requests {
						require.NotEmpty(t, r.Fault, "the log says that it was on purpose")
						require.Equal(t, requests[0].IdempotencyKey, r.IdempotencyKey)
					}
				})
			})
		}
	}
}

// createOne creates the session that the read calls read.
func (w *wire) createOne() {
	w.t.Helper()
	created, err := w.vora(sandbox.Acme.Vora.SecretKey).CreateSession(w.t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
	require.NoError(w.t, err)
	w.session = created.ID
	w.transport.CloseIdleConnections()
}

func open(next http.Handler) http.Handler { return next }

func requireReported(t *testing.T, row row, reported string, err error) {
	t.Helper()
	if reported == "response" {
		require.NoError(t, err)
		return
	}
	var unknown *sdk.OutcomeUnknownError
	require.Equal(t, reported == "unknown", errors.As(err, &unknown), "%v", err)
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, number(t, row["HTTP"]), e.Status, "%+v", e)
	require.Equal(t, row["Code"], string(e.Code))
	require.Len(t, e.Attempts, number(t, row["Attempts"]), "%+v", e)
}

// number is the number in a cell; 0 when it is empty.
func number(t *testing.T, cell string) int {
	t.Helper()
	if cell == "" {
		return 0
	}
	n, err := strconv.Atoi(cell)
	require.NoError(t, err)
	return n
}

// VisionScope's three errors, by fault and in nature.
func TestEveryVisionScopeError(t *testing.T) {
	t.Parallel()
	natural := map[string][]sdk.ClientOption{
		"validation_missing_field": {body(`{"currency":"EUR"}`)},
		"auth_invalid_key":         {header("X-API-Key", "vsk_live_nobody")},
	}
	rows := table(t, faultsPage, "Fault", "HTTP", "Code", "Again?", "Attempts", "In nature")
	for status := 400; status < 600; status++ {
		if code := contract.VisionScopeAssignedCode(status); code != "" {
			listed := slices.ContainsFunc(rows, func(r row) bool { return r["Code"] == code && r["HTTP"] == strconv.Itoa(status) })
			require.True(t, listed, "%s: VisionScope's %d, code %s, has no row", faultsPage, status, code)
		}
	}
	for _, row := range rows {
		ways := map[string][]sdk.ClientOption{"fault": {header(control.FaultHeader, row["Fault"])}}
		require.Equal(t, row["In nature"] != "", natural[row["Code"]] != nil)
		if row["In nature"] != "" {
			ways["nature"] = natural[row["Code"]]
		}
		for way, opts := range ways {
			t.Run(row["Code"]+" by "+way, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					err := newWire(t, open).call("checkout", "", opts...)
					requireReported(t, row, "error", err)
					var e *sdk.Error
					require.ErrorAs(t, err, &e)
					require.True(t, e.CodeAssigned)
					require.Equal(t, row["Again?"] == "yes", e.Retryable())
				})
			})
		}
	}
}
