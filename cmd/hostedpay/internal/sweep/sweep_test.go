package sweep_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/sweep"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/sandboxtest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// failingStore is a store that cannot read one order's charge.
type failingStore struct {
	charges.Store
	order string
}

func (s failingStore) Load(ctx context.Context, tenant, order string) (charges.Charge, error) {
	if order == s.order {
		return charges.Charge{}, errors.New("the connection is lost")
	}
	return s.Store.Load(ctx, tenant, order)
}

// What came of one order is never shown for another one, which failed after it.
func TestSweepShowsEachOrderAsItIs(t *testing.T) {
	t.Parallel()
	gateways := sandboxtest.Start(t)
	client, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(gateways.URL))
	require.NoError(t, err)
	gateway := platform.NewVora(client)
	store := charges.NewMemoryStore()
	book, err := charges.New("crm", store, func(context.Context, string) (platform.Gateway, error) { return gateway, nil })
	require.NoError(t, err)
	for _, order := range []string{"order-paid", "order-unreadable"} {
		made, err := book.Pay(t.Context(), "acme", order, platform.Purchase{Amount: money.Minor(1499, "USD"), ReturnURL: "https://crm.example.com/return"})
		require.NoError(t, err)
		if order == "order-paid" {
			gateways.Open(made.Current().CheckoutURL).Pay(buyer.CardApproved)
		}
	}
	for _, save := range []bool{false, true} {
		shown := map[string]sweep.Charge{}
		which := sweep.Which{After: -time.Minute, Limit: 10, Save: save}
		_, err = sweep.Charges(t.Context(), client, failingStore{store, "order-unreadable"}, which, func(v sweep.Charge) error {
			shown[v.Order] = v
			return nil
		})
		require.ErrorContains(t, err, "unknown states: 1 of 2 charges")
		require.True(t, shown["order-paid"].MayShip)
		require.Equal(t, save, shown["order-paid"].Saved)
		other := shown["order-unreadable"]
		require.False(t, other.MayShip)
		require.False(t, other.Saved)
		require.Equal(t, platform.StatusPending, other.Status)
		require.Contains(t, other.Error, "the connection is lost")
	}
}

func TestListsOfSessions(t *testing.T) {
	t.Parallel()
	ids, err := sweep.ReadList(strings.NewReader("# pending\nvp_cs_1\n\n{\"session_id\":\"vp_cs_2\"}\n{\"id\":\"vp_cs_3\"}\nvp_cs_1\n"))
	require.NoError(t, err)
	require.Equal(t, []string{"vp_cs_1", "vp_cs_2", "vp_cs_3"}, ids)
	for list, want := range map[string]string{
		"":          "the list has no session",
		"a\nb c":    "line 2 of the list is neither a session ID nor a JSON object",
		"{\"a\":1}": "line 1 of the list is neither a session ID nor a JSON object",
		"{\"id\":":  "line 1 of the list is no JSON object",
	} {
		_, err := sweep.ReadList(strings.NewReader(list))
		require.ErrorContains(t, err, want, list)
	}
}

// A session that cannot be read leaves its state unknown; a key that is rejected ends the sweep.
func TestSweepOfSessions(t *testing.T) {
	t.Parallel()
	gateways := sandboxtest.Start(t)
	client, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(gateways.URL))
	require.NoError(t, err)
	made, err := client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: "http://127.0.0.1:9/"})
	require.NoError(t, err)
	var shown []sweep.Session
	keep := func(s sweep.Session) error { shown = append(shown, s); return nil }
	require.NoError(t, sweep.Sessions(t.Context(), client, []string{made.ID}, keep))
	require.Equal(t, made.ID+"  pending  14.99 USD\n", shown[0].Line())
	err = sweep.Sessions(t.Context(), client, []string{"vp_cs_test_unknown", made.ID}, keep)
	require.ErrorContains(t, err, "unknown states: 1 of 2 sessions")
	require.Equal(t, exit.Unknown, exit.Code(t.Context(), err))
	require.Len(t, shown, 3)
	require.Equal(t, sdk.CodeSessionNotFound, shown[1].Code)

	stranger, err := vora.New("vp_sk_test_0123456789abcdef0123", sdk.WithBaseURL(gateways.URL))
	require.NoError(t, err)
	err = sweep.Sessions(t.Context(), stranger, []string{made.ID, made.ID}, keep)
	require.ErrorIs(t, err, sdk.FamilyAuth)
	require.Len(t, shown, 3)
}
