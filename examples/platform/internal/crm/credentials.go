package crm

import (
	"net/http"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// rotateCredential takes over a credential that the tenant has got at the gateway. Without one in
// the form, it has the sandbox make one.
func (c *CRM) rotateCredential(w http.ResponseWriter, r *http.Request) {
	t, ok := c.tenantOf(w, r)
	if !ok {
		return
	}
	kind := credentialKind(r.PostFormValue("kind"))
	secret := strings.TrimSpace(r.PostFormValue("secret"))
	if secret == "" && kind == voraKey && c.Sandbox != nil {
		made, err := c.Sandbox.RotateKey(t.MerchantID)
		if err != nil {
			c.showFailure(w, "the sandbox does not rotate a key", err)
			return
		}
		secret = made
	}
	if err := kind.check(secret, c.options); err != nil {
		c.show(w, http.StatusUnprocessableEntity, "problem", page{
			Title: "That is not such a credential", Text: "Nothing was changed. " + sentence(err), Tenant: t, Back: t.Path(), BackTo: "Back to " + t.Name,
		})
		return
	}
	err := c.change(r.Context(), t.ID, func(t *tenant) error { return c.rotate(t, kind, sdk.NewSecret(secret)) })
	if err == nil {
		err = c.timeline.add(r.Context(), t.ID, "", byPlatform, kind.Title()+" was rotated; the one before is accepted for 24 hours")
	}
	if err != nil {
		c.showFailure(w, "a credential cannot be stored", err)
		return
	}
	goTo(w, r, t.Path()+"#credentials")
}

// offboard lets a tenant go. Its credentials stay, because refunds may come late.
func (c *CRM) offboard(w http.ResponseWriter, r *http.Request) {
	t, ok := c.tenantOf(w, r)
	if !ok {
		return
	}
	if r.PostFormValue("sure") != t.ID {
		c.show(w, http.StatusUnprocessableEntity, "problem", page{
			Title: "Are you sure?", Text: "Nothing was changed. Tick the box to offboard " + t.Name + ".", Tenant: t, Back: t.Path(), BackTo: "Back to " + t.Name,
		})
		return
	}
	if !t.HasLeft() {
		err := c.change(r.Context(), t.ID, func(t *tenant) error {
			t.Left = c.Now()
			return nil
		})
		if err == nil {
			err = c.timeline.add(r.Context(), t.ID, "", byPlatform, "Offboarded: it takes no payments any more. Events of late refunds are still accepted")
		}
		if err != nil {
			c.showFailure(w, "a tenant cannot be stored", err)
			return
		}
	}
	goTo(w, r, t.Path())
}

// sentence is an error as a sentence on a page.
func sentence(err error) string {
	text := err.Error()
	if _, rest, found := strings.Cut(text, ": "); found && !strings.Contains(text[:len(text)-len(rest)], " ") {
		text = rest // the package's name is for programmers
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// Path is where the platform sees a tenant.
func (t tenant) Path() string { return "/tenants/" + t.ID }
