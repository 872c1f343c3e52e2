package sandbox_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// An option that names a merchant may stand before the one that brings the merchant.
func TestOptionsComeInAnyOrder(t *testing.T) {
	t.Parallel()
	shop := control.Merchant{ID: "mer_shop", Name: "Shop", Vora: control.VoraAccount{SecretKey: "vp_sk_test_shop", WebhookSecret: "whsec_shop"}}
	s, err := sandbox.New(
		sandbox.WithWebhookURL(shop.ID, "http://localhost:1/hook"), sandbox.WithWebhooksV2(shop.ID), sandbox.WithMerchants(shop),
	)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	shop.Vora.WebhookURL, shop.Vora.WebhooksV2 = "http://localhost:1/hook", true
	require.Equal(t, []control.Merchant{shop}, s.Merchants())
}

// New reports everything that is wrong with the options, not only the first thing.
func TestInvalidOptions(t *testing.T) {
	t.Parallel()
	bare := control.Merchant{ID: "mer_bare", Name: "Bare"}
	for name, c := range map[string]struct {
		opts []sandbox.Option
		want []string
	}{
		"no merchant":          {[]sandbox.Option{sandbox.WithMerchants()}, []string{"at least one merchant"}},
		"no ID":                {[]sandbox.Option{sandbox.WithMerchants(control.Merchant{Name: "Nameless"})}, []string{`"Nameless" has no ID`}},
		"the same ID twice":    {[]sandbox.Option{sandbox.WithMerchants(bare, bare)}, []string{`two merchants have the ID "mer_bare"`}},
		"an unknown merchant":  {[]sandbox.Option{sandbox.WithWebhookURL("mer_nobody", "http://localhost:1/")}, []string{`unknown merchant "mer_nobody"`}},
		"v2 without a secret":  {[]sandbox.Option{sandbox.WithMerchants(bare), sandbox.WithWebhooksV2(bare.ID)}, []string{"needs a WebhookSecret"}},
		"nothing given":        {[]sandbox.Option{sandbox.WithClock(nil), sandbox.WithLogger(nil), sandbox.WithHTTPClient(nil)}, []string{"WithClock", "WithLogger", "WithHTTPClient"}},
		"a relative URL":       {[]sandbox.Option{sandbox.WithPublicURL("/pay")}, []string{`the public URL "/pay" must be an absolute URL`}},
		"a public port beyond": {[]sandbox.Option{sandbox.WithPublicURL("http://pay.localhost:99999")}, []string{"must have a port from 1 to 65535"}},
		"numbers out of range": {[]sandbox.Option{sandbox.WithTimeFactor(0), sandbox.WithJournalSize(-1)}, []string{"time factor is 0", "journal size is -1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sandbox.New(c.opts...)
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
}

func TestJournalSize(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]int{0: 0, 2: 2, 5: 3} {
		w := setup(t, sandbox.WithJournalSize(size))
		for range 3 {
			require.NoError(t, w.create())
		}
		requests := w.gateways.Requests()
		require.Len(t, requests, want)
		for i, r := range requests {
			require.EqualValues(t, 3-want+i+1, r.Number, "the newest stay")
		}
	}
}

// Each sandbox has an identity of its own, also one with the same seed, and nothing that a seed
// repeats has it.
func TestIdentity(t *testing.T) {
	t.Parallel()
	one, two := setup(t, sandbox.WithSeed(7)), setup(t, sandbox.WithSeed(7))
	require.NotEqual(t, one.gateways.ID(), two.gateways.ID())
	require.Equal(t, one.session(vora.SessionParams{}).ID, two.session(vora.SessionParams{}).ID)
	snapshot, err := json.Marshal(one.gateways.Snapshot())
	require.NoError(t, err)
	require.NotContains(t, string(snapshot), one.gateways.ID())
}
