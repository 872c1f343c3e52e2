package crm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
)

// A Tenant is a merchant of the platform, as it is registered.
type Tenant struct {
	ID         string // in addresses: "acme"
	Name       string
	MerchantID string // Vora's, in its events

	VoraKey           sdk.Secret // vp_sk_…
	VoraSessionSecret sdk.Secret // ss_…
	VisionScopeKey    sdk.Secret // vsk_…
}

// accountOf is the name of a tenant's account at a gateway: the directory has a tenant of its own
// for each, and so has the book of charges.
func accountOf(tenant string, gateway sdk.Gateway) string { return tenant + "-" + string(gateway) }

// ownerOf is the tenant whose account it is.
func ownerOf(account string) string {
	if i := strings.LastIndex(account, "-"); i >= 0 {
		return account[:i]
	}
	return account
}

// A tenant is one with its accounts as they are now.
type tenant struct {
	ID       string
	Name     string
	Accounts map[sdk.Gateway]tenants.Tenant
}

// Path is where the platform sees a tenant.
func (t tenant) Path() string { return "/tenants/" + t.ID }

// HasLeft reports whether it was offboarded: it takes no payments any more, and its credentials are
// kept for the events of late refunds.
func (t tenant) HasLeft() bool { return !t.Left().IsZero() }

// Left is since when it has left; zero for one that has not. It leaves with all accounts.
func (t tenant) Left() (since time.Time) {
	for _, account := range t.Accounts {
		if !account.HasLeft() {
			return time.Time{}
		}
		since = account.Offboarded
	}
	return since
}

// errNoTenant means that the platform has no such tenant.
var errNoTenant = errors.New("crm: there is no such tenant")

// tenant finds a tenant with its accounts.
func (c *CRM) tenant(ctx context.Context, id string) (tenant, error) {
	for _, registered := range c.Tenants {
		if registered.ID == id {
			return c.withAccounts(ctx, registered)
		}
	}
	return tenant{}, errNoTenant
}

func (c *CRM) withAccounts(ctx context.Context, registered Tenant) (tenant, error) {
	t := tenant{registered.ID, registered.Name, map[sdk.Gateway]tenants.Tenant{}}
	for _, gateway := range gateways {
		account, err := c.directory.Tenant(ctx, accountOf(t.ID, gateway))
		if err != nil {
			return tenant{}, err
		}
		t.Accounts[gateway] = account
	}
	return t, nil
}

// register stores a tenant's accounts with the credentials that they have at the gateways now.
// Those that are there keep that they have left; credentials that are new to them are a rotation.
func (c *CRM) register(ctx context.Context, t Tenant) error {
	for _, account := range []tenants.Tenant{
		{
			ID: accountOf(t.ID, sdk.GatewayVora), Gateway: sdk.GatewayVora, MerchantID: t.MerchantID,
			Credentials: tenants.Credentials{tenants.VoraAPIKey: {Current: t.VoraKey}, tenants.VoraSessionSecret: {Current: t.VoraSessionSecret}},
		},
		{
			ID: accountOf(t.ID, sdk.GatewayVisionScope), Gateway: sdk.GatewayVisionScope,
			Credentials: tenants.Credentials{tenants.VisionScopeAPIKey: {Current: t.VisionScopeKey}},
		},
	} {
		err := c.directory.Add(ctx, account)
		if errors.Is(err, tenants.ErrConflict) {
			err = c.renew(ctx, account)
		}
		if err != nil {
			return fmt.Errorf("crm: register %s: %w", t.ID, err)
		}
	}
	return nil
}

func (c *CRM) renew(ctx context.Context, account tenants.Tenant) error {
	for kind, credential := range account.Credentials {
		if _, err := c.directory.Rotate(ctx, account.ID, kind, credential.Current); err != nil {
			return err
		}
	}
	return nil
}

// audit writes what was done to an account into its tenant's timeline.
func (c *CRM) audit(ctx context.Context, entry tenants.Entry) {
	text := ""
	switch entry.Action {
	case tenants.ActionAdded:
		text = "Account " + entry.Tenant + " was registered"
	case tenants.ActionRotated:
		text = credentialTitle(entry.Kind) + " was rotated; the one before is accepted for 24 hours"
	case tenants.ActionOffboarded:
		text = "Account " + entry.Tenant + " was offboarded: it takes no payments any more. Events of late refunds are still accepted"
	case tenants.ActionRevoked, tenants.ActionReturned, tenants.ActionSealed: // nothing here does that
		text = "Account " + entry.Tenant + " was " + string(entry.Action)
	}
	if err := c.timeline.add(ctx, ownerOf(entry.Tenant), "", byPlatform, text); err != nil {
		c.Log.ErrorContext(ctx, "a line of the timeline cannot be written", "account", entry.Tenant, "action", entry.Action, "error", err)
	}
}
