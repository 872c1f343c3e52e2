package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// triggerSecrets are those of the receiver, by the variable that trigger reads.
func triggerSecrets() map[string]string {
	secrets := map[string]string{}
	for _, s := range scheme.All() {
		secrets[s.Variable] = prefixOf(s.Variable) + "sentinel0123456789abcdef0123456789abcdef"
	}
	return secrets
}

// prefixOf is what a test credential for a setting begins with; empty for a secret of any form.
func prefixOf(variable string) string {
	set, _ := config.Named(variable)
	for _, g := range contract.Gateways() {
		for _, known := range g.APIKeys {
			if g.ID == string(set.Gateway) && known.Kind == set.Kind && known.Mode != string(sdk.ModeLive) {
				return known.Prefix
			}
		}
	}
	return ""
}

// A receiver verifies deliveries as a shop does.
type receiver struct {
	http.Handler
	mu        sync.Mutex
	worked    []*webhooks.EventInfo
	delivered int
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	var verifiers []*webhooks.Verifier
	for _, s := range scheme.All() {
		keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(triggerSecrets()[s.Variable])})
		require.NoError(t, err)
		verifiers = append(verifiers, s.Verifier(keys))
	}
	r := &receiver{}
	handler, err := webhooks.NewHandler(webhooks.Any(verifiers...), func(_ context.Context, event webhooks.Event) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.worked = append(r.worked, event.Info())
		return nil
	}, webhooks.WithStore(webhooks.NewMemoryStore()))
	require.NoError(t, err)
	r.Handler = http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.mu.Lock()
		r.delivered++
		r.mu.Unlock()
		handler.ServeHTTP(w, request)
	})
	return r
}

// seen returns the events that were worked on, and how many deliveries there were.
func (r *receiver) seen() (worked []*webhooks.EventInfo, delivered int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.worked, r.delivered
}

// runTrigger runs the built command with the secrets in its environment, and checks that it prints
// none of them.
func runTrigger(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "hostedpay", append([]string{"trigger"}, args...)...)
	c.Env = os.Environ()
	for variable, secret := range triggerSecrets() {
		c.Env = append(c.Env, variable+"="+secret)
	}
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	_ = c.Run() // its exit code says the same
	require.NotContains(t, out.String()+errs.String(), "sentinel")
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

// Every event of every scheme is as the contract has it, verifies, and is found when it comes
// again.
func TestTriggeredEventsAreTheContracts(t *testing.T) {
	t.Parallel()
	for _, event := range contract.EventTypes() {
		t.Run(event, func(t *testing.T) {
			t.Parallel()
			how, err := scheme.Of(event)
			require.NoError(t, err, "no gateway of gateways() has a scheme with the event")
			shop := newReceiver(t)
			server := httptest.NewServer(contracttest.Of(t, how.Name.Gateway()).Deliveries(shop))
			t.Cleanup(server.Close)

			out, errs, code := runTrigger(t, event, "--to", server.URL, "--count", "2", "--duplicate", "1", "--shuffle", "--json")
			require.Zero(t, code, errs)
			worked, delivered := shop.seen()
			require.Equal(t, 4, delivered)
			require.Len(t, worked, 2, "the same event twice is one, different events are two")
			require.NotEqual(t, worked[0].DedupeKey, worked[1].DedupeKey)
			for _, info := range worked {
				require.NoError(t, info.Problem)
				require.Equal(t, event, info.Type)
				require.Equal(t, how.Name, info.Scheme)
			}
			duplicates := 0
			for line := range strings.Lines(out) {
				var view deliveryView
				require.NoError(t, json.Unmarshal([]byte(line), &view))
				require.Equal(t, http.StatusOK, view.Status)
				require.NotEmpty(t, view.ID)
				if view.Duplicate {
					duplicates++
				}
			}
			require.Equal(t, 2, duplicates)
		})
	}
}

func TestTamperedEventsAreRejected(t *testing.T) {
	t.Parallel()
	shop := newReceiver(t)
	server := httptest.NewServer(shop)
	t.Cleanup(server.Close)
	for _, s := range scheme.All() {
		out, errs, code := runTrigger(t, s.Events[0], "--to", server.URL, "--tamper")
		require.Equal(t, exit.Failed, code)
		require.Contains(t, out, "  401  ")
		require.Contains(t, errs, "deliveries that were not accepted with a 2xx: 1 of 1. To learn why")
	}
	worked, delivered := shop.seen()
	require.Empty(t, worked)
	require.Equal(t, len(scheme.All()), delivered)
}

func TestTriggerSets(t *testing.T) {
	t.Parallel()
	shop := newReceiver(t)
	server := httptest.NewServer(shop)
	t.Cleanup(server.Close)
	for _, args := range [][]string{
		{"session.succeeded", "--set", "amount=2500", "--set", "currency=EUR", "--set", `metadata={"orderId":"7"}`},
		{"charge.succeeded", "--set", "data.amount=2500", "--set", "data.currency=EUR", "--set", "livemode=false"},
		{"payment.success", "--set", "amount=25.00", "--set", "session_id=cs_7"},
	} {
		_, errs, code := runTrigger(t, append(args, "--to", server.URL)...)
		require.Zero(t, code, errs)
		worked, _ := shop.seen()
		last := worked[len(worked)-1]
		require.EqualValues(t, 2500, last.Amount.Minor(), args[0])
		require.EqualValues(t, "EUR", last.Amount.Currency())
	}
	worked, _ := shop.seen()
	require.Equal(t, "cs_7", worked[2].SessionID)
}

// The printed command is a delivery that verifies.
func TestTriggerPrintsCurl(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	shop := newReceiver(t)
	server := httptest.NewServer(shop)
	t.Cleanup(server.Close)
	for _, s := range scheme.All() {
		before, _ := shop.seen()
		out, errs, code := runTrigger(t, s.Events[len(s.Events)-1], "--to", server.URL, "--print", "curl")
		require.Zero(t, code, errs)
		after, _ := shop.seen()
		require.Len(t, after, len(before), "it sends nothing itself")
		require.NoError(t, exec.CommandContext(t.Context(), "sh", "-c", out).Run())
	}
	worked, _ := shop.seen()
	require.Len(t, worked, len(scheme.All()))
}

// A redirect is no acceptance, and is not followed.
func TestTriggerFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	shop := newReceiver(t)
	server := httptest.NewServer(shop)
	t.Cleanup(server.Close)
	away := httptest.NewServer(http.RedirectHandler(server.URL, http.StatusTemporaryRedirect))
	t.Cleanup(away.Close)
	out, _, code := runTrigger(t, "session.failed", "--to", away.URL)
	require.Equal(t, exit.Failed, code)
	require.Contains(t, out, "  307  ")
	_, delivered := shop.seen()
	require.Zero(t, delivered)
}
