package crm

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// page is what the templates show; each uses some of it.
type page struct {
	Sandbox *Sandbox
	Tenant  tenant // the zero tenant on pages about none

	Tenants     []tenantCard
	Customers   []customerRow
	Rows        []chargeRow
	Credentials []credentialRow

	Order           order
	Charge          charges.Charge
	Lines           []line
	CanRefund       platform.Capability
	Left            string // to refund, in major units; empty when nothing is
	RefundReference string

	Outcome outcome

	Title, Text  string
	Back, BackTo string
}

//go:embed templates
var templates embed.FS

// pages are the templates by name, each inside the layout.
var pages = func() map[string]*template.Template {
	words := template.FuncMap{
		"gateway": gatewayTitle, "status": statusText, "problem": problemText, "refund": refundText,
		"time":    func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") },
		"machine": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}
	found := map[string]*template.Template{}
	for _, name := range []string{"home", "tenant", "charge", "confirm", "problem"} {
		found[name] = template.Must(template.New(name).Funcs(words).ParseFS(templates, "templates/layout.html.tmpl", "templates/marks.html.tmpl", "templates/lines.html.tmpl", "templates/"+name+".html.tmpl"))
	}
	return found
}()

// show responds with a page.
func (c *CRM) show(w http.ResponseWriter, status int, name string, data page) {
	data.Sandbox = c.Sandbox
	var document bytes.Buffer
	if err := pages[name].ExecuteTemplate(&document, "layout", data); err != nil {
		c.Log.Error("a page cannot be shown", "page", name, "error", err)
		http.Error(w, "Something went wrong.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = document.WriteTo(w) // an error means that the visitor has gone
}

// showNotFound is one page for what is not there and for what another tenant has.
func (c *CRM) showNotFound(w http.ResponseWriter) {
	c.show(w, http.StatusNotFound, "problem", page{Title: "There is nothing here", Text: "The address is wrong, or what it named is not this tenant's.", Back: "/", BackTo: "All tenants"})
}

func (c *CRM) showLeft(w http.ResponseWriter, t tenant) {
	c.show(w, http.StatusConflict, "problem", page{
		Title: t.Name + " has left", Text: "It takes no payments any more. Refunds of earlier ones still arrive.", Tenant: t, Back: t.Path(), BackTo: "Back to " + t.Name,
	})
}

func (c *CRM) showFailure(w http.ResponseWriter, what string, err error) {
	c.Log.Error(what, "error", err)
	c.show(w, http.StatusServiceUnavailable, "problem", page{Title: "Something went wrong", Text: "Nothing was lost. Please try again in a moment.", Back: "/", BackTo: "All tenants"})
}

// goTo sends the browser to a page of a tenant.
func goTo(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, path, http.StatusSeeOther) //nolint:gosec // every path begins with /tenants/ and the ID of a tenant that is stored
}

// tenantOf finds the tenant that the path names, or shows that there is none.
func (c *CRM) tenantOf(w http.ResponseWriter, r *http.Request) (tenant, bool) {
	t, err := c.tenant(r.Context(), r.PathValue("tenant"))
	switch {
	case errors.Is(err, errNoTenant):
		c.showNotFound(w)
	case err != nil:
		c.showFailure(w, "a tenant cannot be read", err)
	}
	return t, err == nil
}

// orderOf finds the order that the path names, among those of the path's tenant only.
func (c *CRM) orderOf(w http.ResponseWriter, r *http.Request) (tenant, order, bool) {
	t, ok := c.tenantOf(w, r)
	if !ok {
		return tenant{}, order{}, false
	}
	o, err := c.orders.of(r.Context(), t.ID, r.PathValue("order"))
	switch {
	case errors.Is(err, errNoOrder):
		c.showNotFound(w)
	case err != nil:
		c.showFailure(w, "an order cannot be read", err)
	}
	return t, o, err == nil
}

// gatewayTitle is a gateway's name for people.
func gatewayTitle(gateway sdk.Gateway) string {
	return map[sdk.Gateway]string{sdk.GatewayVora: "Vora", sdk.GatewayVisionScope: "VisionScope"}[gateway]
}

// capabilityOf is how far a gateway does an operation.
func capabilityOf(gateway sdk.Gateway, operation platform.Operation) platform.Capability {
	capability, _ := platform.CapabilityOf(gateway, operation)
	return capability
}

// statusText is where a charge stands, for people.
func statusText(charge charges.Charge) string {
	if charge.State.Status == sdk.PaymentPartiallyRefunded {
		return "refunded in part"
	}
	return string(charge.Status())
}

func refundText(status charges.RefundStatus) string {
	return strings.ReplaceAll(string(status), "_", " ")
}

// major is an amount as people write it, without its currency.
func major(amount money.Amount) string {
	written, err := amount.Major()
	if err != nil {
		return ""
	}
	return written
}
