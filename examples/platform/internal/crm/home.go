package crm

import (
	"net/http"
)

// A tenantCard is a tenant on the first page.
type tenantCard struct {
	tenant
	Customers int
}

func (c *CRM) showHome(w http.ResponseWriter, r *http.Request) {
	all, err := c.tenants.all(r.Context())
	if err != nil {
		c.showFailure(w, "the tenants cannot be read", err)
		return
	}
	var cards []tenantCard
	for _, t := range all {
		cards = append(cards, tenantCard{tenant: t, Customers: len(customers[t.ID])})
	}
	c.show(w, http.StatusOK, "home", page{Tenants: cards})
}
