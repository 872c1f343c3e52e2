package crm

import (
	"slices"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A customer is somebody whom a tenant bills. What they owe is known here, and never comes from a
// browser.
type customer struct {
	ID      string
	Email   string
	Product string
	Price   money.Amount
}

// customers are the sample tenants' customers.
var customers = map[string][]customer{
	"acme": {
		{"1001", "customer-1001@example.com", "Sunny D3, 90 capsules", money.Minor(1499, "EUR")},
		{"1002", "customer-1002@example.com", "Winter box, a month", money.Minor(3950, "EUR")},
		{"1003", "customer-1003@example.com", "Vitamins for an office", money.Minor(24900, "EUR")},
	},
	"brightline": {
		{"2001", "customer-2001@example.com", "Starter plan, a month", money.Minor(2900, "USD")},
		{"2002", "customer-2002@example.com", "Team plan, a month", money.Minor(14900, "USD")},
		{"2003", "customer-2003@example.com", "Team plan, a year", money.Minor(149000, "USD")},
	},
	"cobalt": {
		{"3001", "customer-3001@example.com", "First hour", money.Minor(6500, "GBP")},
		{"3002", "customer-3002@example.com", "Three hours", money.Minor(18000, "GBP")},
		{"3003", "customer-3003@example.com", "A day in Tokyo", money.Minor(88000, "JPY")},
	},
}

// customerOf finds a customer among those of a tenant, and no other's.
func customerOf(tenant, id string) (customer, bool) {
	of := customers[tenant]
	i := slices.IndexFunc(of, func(c customer) bool { return c.ID == id })
	if i < 0 {
		return customer{}, false
	}
	return of[i], true
}
