package crm

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
)

// A credentialRow is what a page may show of a credential: not the credential.
type credentialRow struct {
	Gateway sdk.Gateway
	Kind    tenants.Kind
	About   string
	Example string // how such a credential begins
	Sandbox bool   // the sandbox can make another one

	Until time.Time // until when the one before is accepted; zero for none
}

// Title is its name for people.
func (r credentialRow) Title() string { return credentialTitle(r.Kind) }

func credentialTitle(kind tenants.Kind) string {
	return map[tenants.Kind]string{
		tenants.VoraAPIKey: "Vora secret key", tenants.VoraSessionSecret: "Vora session secret",
		tenants.VoraWebhookSecret: "Vora webhook secret", tenants.VisionScopeAPIKey: "VisionScope API key",
	}[kind]
}

// credentialRows are the credentials of a tenant that the page can rotate.
func (c *CRM) credentialRows(t tenant) []credentialRow {
	rows := []credentialRow{
		{Gateway: sdk.GatewayVora, Kind: tenants.VoraAPIKey, About: "Calls Vora, and verifies its events", Example: "vp_sk_…", Sandbox: c.Sandbox != nil},
		{Gateway: sdk.GatewayVora, Kind: tenants.VoraSessionSecret, About: "Verifies where buyers return from", Example: "ss_…"},
		{Gateway: sdk.GatewayVisionScope, Kind: tenants.VisionScopeAPIKey, About: "Calls VisionScope", Example: "vsk_…"},
	}
	for i, row := range rows {
		if credential := t.Accounts[row.Gateway].Credentials[row.Kind]; len(credential.Valid(c.Now())) > 1 {
			rows[i].Until = credential.Until
		}
	}
	return rows
}

// rotateCredential takes over a credential that the tenant has got at the gateway. Without one in
// the form, it has the sandbox make one.
func (c *CRM) rotateCredential(w http.ResponseWriter, r *http.Request) {
	t, ok := c.tenantOf(w, r)
	if !ok {
		return
	}
	rows := c.credentialRows(t)
	i := slices.IndexFunc(rows, func(row credentialRow) bool { return string(row.Kind) == r.PostFormValue("kind") })
	if i < 0 {
		c.showNotFound(w)
		return
	}
	row, secret := rows[i], strings.TrimSpace(r.PostFormValue("secret"))
	if secret == "" && row.Sandbox {
		made, err := c.Sandbox.RotateKey(t.Accounts[row.Gateway].MerchantID)
		if err != nil {
			c.showFailure(w, "the sandbox does not rotate a key", err)
			return
		}
		secret = made
	}
	if _, err := c.directory.Rotate(r.Context(), accountOf(t.ID, row.Gateway), row.Kind, sdk.NewSecret(secret)); err != nil {
		c.Log.Warn("a credential was not rotated", "tenant", t.ID, "kind", row.Kind, "error", err)
		c.show(w, http.StatusUnprocessableEntity, "problem", page{
			Title: "That is not a " + row.Title(), Text: "Nothing was changed. It begins with " + row.Example + " and comes from the gateway’s dashboard.",
			Tenant: t, Back: t.Path(), BackTo: "Back to " + t.Name,
		})
		return
	}
	goTo(w, r, t.Path()+"#credentials")
}
