package hostedpage

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// SeeOther sends the browser on to a hosted page: 303, so that a form becomes a GET, and not
// stored, because whoever has the address can see the purchase. What is no web address is answered
// 502 and shown to nobody: http.Redirect would take it for a path of the shop.
func SeeOther(w http.ResponseWriter, r *http.Request, page sdk.Secret) {
	w.Header().Set("Cache-Control", "no-store")
	if _, ok := Origin(page.Reveal()); !ok {
		http.Error(w, "The payment page cannot be opened.", http.StatusBadGateway)
		return
	}
	http.Redirect(w, r, page.Reveal(), http.StatusSeeOther)
}
