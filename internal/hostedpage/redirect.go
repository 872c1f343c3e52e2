package hostedpage

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// SeeOther sends the browser on to a hosted page: 303, so that a form becomes a GET, and not
// stored, because whoever has the URL can see the purchase. For anything but an http or https URL
// the response is 502: http.Redirect would take it for a path of the shop.
func SeeOther(w http.ResponseWriter, r *http.Request, page sdk.Secret) {
	w.Header().Set("Cache-Control", "no-store")
	if _, ok := Origin(page.Reveal()); !ok {
		http.Error(w, "The payment page cannot be opened.", http.StatusBadGateway)
		return
	}
	http.Redirect(w, r, page.Reveal(), http.StatusSeeOther)
}
