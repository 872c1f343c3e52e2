package shop

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

// showFrame is the page of option C: the checkout between the shop's own header and footer.
func (s *Shop) showFrame(w http.ResponseWriter, r *http.Request) {
	s.showCheckout(w, r, visionScopeFrame, "checkout", func(c visionscope.CreatedCheckout) (visionscope.Frame, error) { return c.Frame() })
}

// showPickUp is the page of option B: the checkout alone, whose address is in the tab's sessionStorage.
func (s *Shop) showPickUp(w http.ResponseWriter, r *http.Request) {
	s.showCheckout(w, r, visionScopeHandOver, "pickup", func(c visionscope.CreatedCheckout) (visionscope.Frame, error) {
		return visionscope.PickUpFrame(c.Origin(), "/order")
	})
}

func (s *Shop) showCheckout(w http.ResponseWriter, r *http.Request, shown way, page string, frame func(visionscope.CreatedCheckout) (visionscope.Frame, error)) {
	o, ok := s.visitorsOrder(w, r)
	if !ok {
		return
	}
	if o.State != open || o.Way != shown {
		http.Redirect(w, r, "/order", http.StatusSeeOther)
		return
	}
	f, err := frame(visionscope.CreatedCheckout{SessionID: o.Session, CheckoutURL: o.CheckoutURL})
	if err != nil {
		s.Log.Error("a checkout cannot be shown", "session_id", o.Session, "error", err)
		s.showProblem(w, http.StatusBadGateway, "Paying is not possible right now", "Nothing was charged.")
		return
	}
	w.Header().Set("Content-Security-Policy", policy+"frame-ancestors 'none'; "+f.Policy().String())
	s.show(w, http.StatusOK, page, map[string]any{"Order": o, "Frame": f})
}
