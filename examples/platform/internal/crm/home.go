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
	var cards []tenantCard
	for _, registered := range c.Tenants {
		t, err := c.withAccounts(r.Context(), registered)
		if err != nil {
			c.showFailure(w, "a tenant cannot be read", err)
			return
		}
		cards = append(cards, tenantCard{tenant: t, Customers: len(customers[t.ID])})
	}
	c.show(w, http.StatusOK, "home", page{Tenants: cards})
}
