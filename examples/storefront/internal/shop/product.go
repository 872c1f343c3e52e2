package shop

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A product is what the shop sells. Its price is here, and never in a form.
type product struct {
	Name  string
	Price money.Amount
}

func theProduct() product {
	return product{Name: "Sunny D3, 90 capsules", Price: money.MustParse("14.99", "EUR")}
}

func (s *Shop) showProduct(w http.ResponseWriter, r *http.Request) {
	s.show(w, http.StatusOK, "product", map[string]any{
		"Product": theProduct(), "Ways": s.ways(), "Purchase": s.newPurchase(w, r),
	})
}
