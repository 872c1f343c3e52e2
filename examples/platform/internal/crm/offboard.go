package crm

import "net/http"

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
	for _, gateway := range gateways {
		if _, err := c.directory.Offboard(r.Context(), accountOf(t.ID, gateway)); err != nil {
			c.showFailure(w, "a tenant cannot be stored", err)
			return
		}
	}
	goTo(w, r, t.Path())
}
