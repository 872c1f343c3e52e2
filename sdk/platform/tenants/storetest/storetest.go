// Package storetest is what every [tenants.Store] must do, as tests.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
)

// Run runs the tests, each with a store of its own that is empty.
func Run(t *testing.T, open func(t *testing.T) tenants.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, tenants.Store){
		"what is saved is loaded":        roundTrip,
		"only the next version is saved": versions,
		"one of many saves a version":    race,
		"a merchant has one tenant":      merchants,
		"names of any kind":              names,
		"a page of IDs at a time":        pages,
		"a context that has ended":       ended,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

var until = time.Date(2026, 4, 21, 13, 18, 14, 123456000, time.UTC)

// sample is a tenant with something in every field.
func sample(id string) tenants.Tenant {
	credentials := tenants.Credentials{}
	for _, kind := range []tenants.Kind{tenants.VoraAPIKey, tenants.VoraSessionSecret, tenants.VoraWebhookSecret, tenants.VisionScopeAPIKey} {
		credentials[kind] = tenants.Credential{
			Current: sdk.NewSecret("current " + string(kind) + " of " + id), Previous: sdk.NewSecret("previous " + string(kind) + " of " + id), Until: until,
		}
	}
	return tenants.Tenant{
		ID: id, Gateway: sdk.GatewayVora, MerchantID: "mer_" + id, Credentials: credentials, Offboarded: until.Add(time.Hour), Version: 1,
	}
}

func roundTrip(t *testing.T, s tenants.Store) {
	_, err := s.Load(t.Context(), "acme")
	must(t, errors.Is(err, tenants.ErrNotFound), "an empty store: %v", err)
	saved := sample("acme")
	succeeds(t, s.Save(t.Context(), saved))
	is(t, s, "acme", saved)

	saved.Version, saved.Offboarded = 2, time.Time{}
	saved.Credentials = tenants.Credentials{tenants.VoraAPIKey: {Current: sdk.NewSecret("another")}}
	succeeds(t, s.Save(t.Context(), saved))
	is(t, s, "acme", saved)
	loaded, err := s.Load(t.Context(), "acme")
	succeeds(t, err)
	loaded.Credentials[tenants.VoraAPIKey] = tenants.Credential{}
	is(t, s, "acme", saved) // what was loaded is a copy
}

func versions(t *testing.T, s tenants.Store) {
	for _, step := range []struct {
		version  int64
		conflict bool
	}{{2, true}, {0, true}, {1, false}, {1, true}, {3, true}, {2, false}, {2, true}, {1, true}, {3, false}} {
		tenant := sample("acme")
		tenant.Version = step.version
		err := s.Save(t.Context(), tenant)
		must(t, errors.Is(err, tenants.ErrConflict) == step.conflict, "version %d: %v", step.version, err)
		must(t, step.conflict || err == nil, "version %d: %v", step.version, err)
	}
}

func race(t *testing.T, s tenants.Store) {
	for version := int64(1); version <= 3; version++ {
		var wait sync.WaitGroup
		results := make([]error, 16)
		for i := range results {
			wait.Go(func() {
				tenant := sample("acme")
				tenant.Version, tenant.Offboarded = version, until.Add(time.Duration(i)*time.Second)
				results[i] = s.Save(t.Context(), tenant)
			})
		}
		wait.Wait()
		winner := -1
		for i, err := range results {
			must(t, err == nil || errors.Is(err, tenants.ErrConflict), "%v", err)
			if err == nil {
				must(t, winner < 0, "two have saved version %d", version)
				winner = i
			}
		}
		must(t, winner >= 0, "nobody has saved version %d", version)
		want := sample("acme")
		want.Version, want.Offboarded = version, until.Add(time.Duration(winner)*time.Second)
		is(t, s, "acme", want)
	}
}

func merchants(t *testing.T, s tenants.Store) {
	acme := sample("acme")
	succeeds(t, s.Save(t.Context(), acme))
	other := sample("brightline")
	other.MerchantID = acme.MerchantID
	err := s.Save(t.Context(), other)
	must(t, errors.Is(err, tenants.ErrMerchantTaken), "another tenant with the merchant: %v", err)
	_, err = s.Load(t.Context(), "brightline")
	must(t, errors.Is(err, tenants.ErrNotFound), "it was stored nevertheless: %v", err)

	// Nobody gets a merchant that a tenant had.
	acme.Version, acme.MerchantID = 2, "mer_acme_2"
	succeeds(t, s.Save(t.Context(), acme))
	for _, id := range []string{"mer_acme", "mer_acme_2"} {
		found, err := s.ByMerchant(t.Context(), sdk.GatewayVora, id)
		succeeds(t, err)
		must(t, found.ID == "acme" && found.Version == 2, "the tenant of %s is %s in version %d", id, found.ID, found.Version)
	}
	must(t, errors.Is(s.Save(t.Context(), other), tenants.ErrMerchantTaken), "a merchant that a tenant had")

	_, err = s.ByMerchant(t.Context(), sdk.GatewayVisionScope, "mer_acme")
	must(t, errors.Is(err, tenants.ErrNotFound), "the same ID at the other gateway: %v", err)
	for _, id := range []string{"cobalt", "dune"} { // without a merchant ID
		without := sample(id)
		without.Gateway, without.MerchantID = sdk.GatewayVisionScope, ""
		succeeds(t, s.Save(t.Context(), without))
	}
	_, err = s.ByMerchant(t.Context(), sdk.GatewayVisionScope, "")
	must(t, errors.Is(err, tenants.ErrNotFound), "a merchant without an ID: %v", err)
}

// odd are names that a database could take for one another.
var odd = []string{"a", "A", "a ", " a", "ä", "a\u0308", "a%", "a_", "a'", `a"`, "a\\", "a\x00", strings.Repeat("a", 400), strings.Repeat("a", 401), "1", "01", "\U0001F600"}

func names(t *testing.T, s tenants.Store) {
	for _, id := range odd {
		succeeds(t, s.Save(t.Context(), sample(id)))
	}
	for _, id := range odd {
		is(t, s, id, sample(id))
		found, err := s.ByMerchant(t.Context(), sdk.GatewayVora, "mer_"+id)
		succeeds(t, err)
		must(t, found.ID == id, "%q was found as %q", id, found.ID)
	}
}

func pages(t *testing.T, s tenants.Store) {
	for _, id := range odd {
		succeeds(t, s.Save(t.Context(), sample(id)))
	}
	for _, limit := range []int{1, 3, len(odd), len(odd) + 1} {
		var all []string
		for after := ""; ; {
			page, err := s.IDs(t.Context(), after, limit)
			succeeds(t, err)
			must(t, len(page) <= limit, "%d IDs in a page of %d", len(page), limit)
			if len(page) == 0 {
				break
			}
			all, after = append(all, page...), page[len(page)-1]
		}
		want := slices.Sorted(slices.Values(odd))
		slices.Sort(all)
		must(t, slices.Equal(all, want), "in pages of %d: %q", limit, all)
	}
}

func ended(t *testing.T, s tenants.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Load(ctx, "acme")
	must(t, errors.Is(err, context.Canceled), "Load: %v", err)
	_, err = s.ByMerchant(ctx, sdk.GatewayVora, "mer_acme")
	must(t, errors.Is(err, context.Canceled), "ByMerchant: %v", err)
	must(t, errors.Is(s.Save(ctx, sample("acme")), context.Canceled), "Save")
	_, err = s.Load(t.Context(), "acme")
	must(t, errors.Is(err, tenants.ErrNotFound), "something was saved: %v", err)
}

// is requires that a tenant is stored, secrets included.
func is(t *testing.T, s tenants.Store, id string, want tenants.Tenant) {
	t.Helper()
	got, err := s.Load(t.Context(), id)
	succeeds(t, err)
	must(t, shown(got) == shown(want), "got  %s\nwant %s", shown(got), shown(want))
}

func shown(t tenants.Tenant) string {
	text := fmt.Sprint(t.ID, t.Gateway, t.MerchantID, t.Offboarded, t.Version, len(t.Credentials))
	for _, kind := range []tenants.Kind{tenants.VoraAPIKey, tenants.VoraSessionSecret, tenants.VoraWebhookSecret, tenants.VisionScopeAPIKey} {
		c := t.Credentials[kind]
		text += fmt.Sprint(kind, c.Current.Reveal(), c.Previous.Reveal(), c.Until)
	}
	return text
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
