// Package storetest is what every [charges.Store] must do, as tests.
package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// Run runs the tests, each with a store of its own that is empty.
func Run(t *testing.T, open func(t *testing.T) charges.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, charges.Store){
		"what is saved is loaded":         roundTrip,
		"one of many saves a version":     race,
		"only the next version is saved":  versions,
		"found by payment and reference":  lookUps,
		"the open ones, the oldest first": openOnes,
		"names of any kind":               names,
		"a context that has ended":        ended,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

var begun = time.Date(2026, 4, 21, 13, 18, 14, 123456000, time.UTC)

func purchase(reference string) platform.Purchase {
	return platform.Purchase{
		Reference: reference, Amount: money.Minor(1499, "USD"), ReturnURL: "https://crm.example.com/return", CancelURL: "https://crm.example.com/cart",
		BuyerEmail: "buyer@example.com", Metadata: map[string]string{"note": "blue"},
	}
}

// sample is a charge with something in every field.
func sample(tenant, order string) charges.Charge {
	usd := func(minor int64) money.Amount { return money.Minor(minor, "USD") }
	return charges.Charge{
		Tenant: tenant, Order: order, Amount: usd(1499), Version: 1, Asked: begun.Add(-time.Hour),
		Attempts: []charges.Attempt{
			{Purchase: purchase("crm_" + order + "_1"), Gateway: sdk.GatewayVora, Begun: begun, PaymentID: "vp_cs_1_" + order, CheckoutURL: sdk.NewSecret("https://pay.example.com/1"), ExpiresAt: begun.Add(time.Hour)},
			{Purchase: purchase("crm_" + order + "_2"), Gateway: sdk.GatewayVora, InDoubt: true, Begun: begun.Add(time.Minute), AskingUntil: begun.Add(2 * time.Minute)},
		},
		State: orders.State{Expected: usd(1499), Sessions: []orders.Session{
			{ID: "vp_cs_1_" + order, Status: sdk.PaymentExpired, Problems: []orders.Problem{orders.ProblemUnreadableEvent}},
		}},
		Refunds: []charges.Refund{{Reference: "r1", ID: "re_1", Amount: usd(500), Status: charges.RefundSucceeded}},
	}
}

func roundTrip(t *testing.T, s charges.Store) {
	_, err := s.Load(t.Context(), "acme", "1")
	must(t, errors.Is(err, charges.ErrNotFound), "an empty store: %v", err)
	saved := sample("acme", "1")
	succeeds(t, s.Save(t.Context(), saved))
	loaded, err := s.Load(t.Context(), "acme", "1")
	succeeds(t, err)
	same(t, loaded, saved)

	saved.Version, saved.Attempts[1].PaymentID, saved.Attempts[1].CheckoutURL = 2, "vp_cs_2", sdk.NewSecret("https://pay.example.com/2")
	saved.Attempts[1].AskingUntil = time.Time{}
	succeeds(t, s.Save(t.Context(), saved))
	loaded, err = s.Load(t.Context(), "acme", "1")
	succeeds(t, err)
	same(t, loaded, saved)
	kept := saved
	kept.Attempts, kept.Refunds = slices.Clone(saved.Attempts), slices.Clone(saved.Refunds)
	for _, copied := range []charges.Charge{saved, loaded} {
		copied.Attempts[0].PaymentID, copied.Refunds[0].ID = "changed", "changed"
		loaded, err = s.Load(t.Context(), "acme", "1")
		succeeds(t, err)
		same(t, loaded, kept)
	}
}

func versions(t *testing.T, s charges.Store) {
	save := func(version int64) error {
		charge := sample("acme", "1")
		charge.Version = version
		return s.Save(t.Context(), charge)
	}
	for _, step := range []struct {
		version  int64
		conflict bool
	}{{2, true}, {0, true}, {1, false}, {1, true}, {3, true}, {2, false}, {2, true}, {1, true}, {3, false}} {
		err := save(step.version)
		must(t, errors.Is(err, charges.ErrConflict) == step.conflict, "version %d: %v", step.version, err)
		must(t, step.conflict || err == nil, "version %d: %v", step.version, err)
	}
}

func race(t *testing.T, s charges.Store) {
	for version := int64(1); version <= 3; version++ {
		var wait sync.WaitGroup
		results := make([]error, 16)
		for i := range results {
			wait.Go(func() {
				charge := sample("acme", "1")
				charge.Version, charge.Refunds[0].Reference = version, fmt.Sprint(i)
				results[i] = s.Save(t.Context(), charge)
			})
		}
		wait.Wait()
		winner := -1
		for i, err := range results {
			must(t, err == nil || errors.Is(err, charges.ErrConflict), "%v", err)
			if err == nil {
				must(t, winner < 0, "two have saved version %d", version)
				winner = i
			}
		}
		must(t, winner >= 0, "nobody has saved version %d", version)
		loaded, err := s.Load(t.Context(), "acme", "1")
		succeeds(t, err)
		must(t, loaded.Refunds[0].Reference == fmt.Sprint(winner), "what is loaded is not what was saved")
	}
}

func lookUps(t *testing.T, s charges.Store) {
	for _, tenant := range []string{"acme", "brightline"} {
		for _, order := range []string{"1", "2"} {
			succeeds(t, s.Save(t.Context(), sample(tenant, order)))
		}
	}
	later := sample("acme", "1")
	later.Version, later.Attempts[1].PaymentID = 2, "vp_cs_later"
	succeeds(t, s.Save(t.Context(), later))
	for _, look := range []struct {
		what   string
		find   func() (charges.Charge, error)
		tenant string // empty for nobody's
		order  string
	}{
		{"by the first payment", func() (charges.Charge, error) { return s.ByPayment(t.Context(), "acme", sdk.GatewayVora, "vp_cs_1_1") }, "acme", "1"},
		{"by a payment that came later", func() (charges.Charge, error) {
			return s.ByPayment(t.Context(), "acme", sdk.GatewayVora, "vp_cs_later")
		}, "acme", "1"},
		{"by another tenant's payment", func() (charges.Charge, error) {
			return s.ByPayment(t.Context(), "brightline", sdk.GatewayVora, "vp_cs_later")
		}, "", ""},
		{"by a payment of another gateway", func() (charges.Charge, error) {
			return s.ByPayment(t.Context(), "acme", sdk.GatewayVisionScope, "vp_cs_1_1")
		}, "", ""},
		{"by no payment", func() (charges.Charge, error) { return s.ByPayment(t.Context(), "acme", sdk.GatewayVora, "") }, "", ""},
		{"by the first reference", func() (charges.Charge, error) { return s.ByReference(t.Context(), "acme", "crm_2_1") }, "acme", "2"},
		{"by the second reference", func() (charges.Charge, error) { return s.ByReference(t.Context(), "brightline", "crm_2_2") }, "brightline", "2"},
		{"by a reference of nobody", func() (charges.Charge, error) { return s.ByReference(t.Context(), "acme", "crm_3_1") }, "", ""},
		{"by a payment as a reference", func() (charges.Charge, error) { return s.ByReference(t.Context(), "acme", "vp_cs_1_1") }, "", ""},
	} {
		found, err := look.find()
		if look.tenant == "" {
			must(t, errors.Is(err, charges.ErrNotFound), "%s: %v", look.what, err)
			continue
		}
		succeeds(t, err)
		must(t, found.Tenant == look.tenant && found.Order == look.order, "%s: the charge of %s of %s", look.what, found.Order, found.Tenant)
	}
}

func openOnes(t *testing.T, s charges.Store) {
	for i, order := range []string{"a", "b", "c", "paid"} {
		charge := sample("acme", order)
		charge.Attempts[1].Begun, charge.Asked = begun.Add(-time.Duration(i)*time.Hour), time.Time{}
		if order == "paid" {
			charge.State.Status = sdk.PaymentPaid
		}
		succeeds(t, s.Save(t.Context(), charge))
	}
	for _, look := range []struct {
		before time.Time
		limit  int
		want   string
	}{
		{begun.Add(time.Second), 10, "c b a"}, {begun, 10, "c b"}, {begun.Add(time.Second), 2, "c b"}, {begun.Add(-3 * time.Hour), 10, ""},
	} {
		open, err := s.Open(t.Context(), look.before, look.limit)
		succeeds(t, err)
		var got []string
		for _, charge := range open {
			got = append(got, charge.Order)
		}
		must(t, strings.Join(got, " ") == look.want, "open before %v, up to %d: %v, and must be %s", look.before, look.limit, got, look.want)
	}
	ended, err := s.Load(t.Context(), "acme", "c")
	succeeds(t, err)
	ended.Version, ended.State.Status = ended.Version+1, sdk.PaymentPaid
	succeeds(t, s.Save(t.Context(), ended))
	open, err := s.Open(t.Context(), begun, 10)
	succeeds(t, err)
	must(t, len(open) == 1 && open[0].Order == "b", "a charge that was paid is still open")
	asked := open[0]
	asked.Version, asked.Asked = asked.Version+1, begun.Add(time.Minute)
	succeeds(t, s.Save(t.Context(), asked))
	open, err = s.Open(t.Context(), begun.Add(time.Hour), 10)
	succeeds(t, err)
	must(t, len(open) == 2 && open[0].Order == "a" && open[1].Order == "b", "a charge that was asked about comes last")
}

// names that a database could take for one another.
func names(t *testing.T, s charges.Store) {
	list := []string{"a", "A", "a ", " a", "ä", "a\u0308", "a%", "a_", "a'", `a"`, "a\\", "", "a\x00", strings.Repeat("a", 400), strings.Repeat("a", 401), "1", "01", "\U0001F600"}
	for _, tenant := range list {
		for _, order := range list[:4] {
			succeeds(t, s.Save(t.Context(), sample(tenant, order)))
		}
	}
	for _, tenant := range list {
		for _, order := range list[:4] {
			loaded, err := s.Load(t.Context(), tenant, order)
			succeeds(t, err)
			same(t, loaded, sample(tenant, order))
			found, err := s.ByReference(t.Context(), tenant, "crm_"+order+"_1")
			succeeds(t, err)
			must(t, found.Tenant == tenant && found.Order == order, "%q of %q was found as %q of %q", order, tenant, found.Order, found.Tenant)
		}
	}
}

func ended(t *testing.T, s charges.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Load(ctx, "acme", "1")
	must(t, errors.Is(err, context.Canceled), "Load: %v", err)
	must(t, errors.Is(s.Save(ctx, sample("acme", "1")), context.Canceled), "Save")
	_, err = s.Open(ctx, begun, 1)
	must(t, errors.Is(err, context.Canceled), "Open: %v", err)
	_, err = s.Load(t.Context(), "acme", "1")
	must(t, errors.Is(err, charges.ErrNotFound), "something was saved: %v", err)
}

// same requires that two charges are equal, pages included.
func same(t *testing.T, got, want charges.Charge) {
	t.Helper()
	text := func(c charges.Charge) string {
		encoded, err := json.Marshal(c)
		succeeds(t, err)
		for _, attempt := range c.Attempts {
			encoded = append(encoded, attempt.CheckoutURL.Reveal()...)
		}
		return string(encoded)
	}
	must(t, text(got) == text(want), "got  %s\nwant %s", text(got), text(want))
}

func succeeds(t *testing.T, err error) {
	t.Helper()
	must(t, err == nil, "unexpected error: %v", err)
}

func must(t *testing.T, ok bool, format string, args ...any) {
	t.Helper()
	if !ok {
		t.Fatalf(format, args...)
	}
}
