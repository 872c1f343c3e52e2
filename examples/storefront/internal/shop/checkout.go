package shop

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope/embedded"
)

// checkout is the order's checkout at VisionScope.
func (o *order) checkout() *visionscope.CreatedCheckout {
	return &visionscope.CreatedCheckout{ID: o.Session, CheckoutURL: o.CheckoutURL}
}

// showFrame is the page of option C: the checkout between the shop's own header and footer.
func (s *Shop) showFrame(w http.ResponseWriter, r *http.Request) {
	s.showCheckout(w, r, "checkout", func(o order) (embedded.Frame, error) {
		return embedded.NewFrame(o.checkout())
	})
}

// showPickUp is the page of option B: the checkout alone, whose URL is in the tab's sessionStorage.
// It is there once: when the page is loaded again, the URL is handed over again.
func (s *Shop) showPickUp(w http.ResponseWriter, r *http.Request) {
	s.showCheckout(w, r, "pickup", func(o order) (embedded.Frame, error) {
		return embedded.PickUpFrame(o.checkout().Origin(), "/checkout/handed-over"+o.query())
	})
}

func (s *Shop) showCheckout(w http.ResponseWriter, r *http.Request, page string, frame func(order) (embedded.Frame, error)) {
	o, ok := s.openCheckout(w, r)
	if !ok {
		return
	}
	f, err := frame(o)
	if err != nil {
		s.cannotShow(w, o, err)
		return
	}
	w.Header().Set("Content-Security-Policy", policy+"frame-ancestors 'none'; "+f.Policy().String())
	s.show(w, http.StatusOK, page, map[string]any{"Order": o, "Frame": f})
}

func (s *Shop) handOverAgain(w http.ResponseWriter, r *http.Request) {
	if o, ok := s.openCheckout(w, r); ok {
		s.handOver(w, o)
	}
}

func (s *Shop) handOver(w http.ResponseWriter, o order) {
	if err := embedded.HandOver(w, o.checkout(), "/checkout/picked-up"+o.query()); err != nil {
		s.cannotShow(w, o, err)
	}
}

// payableHere reports whether VisionScope has a checkout for the order whose purchase was not paid
// with another order.
func (o *order) payableHere() bool {
	return o.State == open && !o.paidElsewhere() && o.Way.gateway() == sdk.GatewayVisionScope && o.Session != ""
}

// openCheckout returns the visitor's order if it can still be paid at VisionScope.
func (s *Shop) openCheckout(w http.ResponseWriter, r *http.Request) (order, bool) {
	o, ok := s.visitorsOrder(w, r)
	if ok && !o.payableHere() {
		sendTo(w, r, "/order", o)
		return order{}, false
	}
	return o, ok
}

func (s *Shop) cannotShow(w http.ResponseWriter, o order, err error) {
	s.Log.Error("a checkout cannot be shown", "session_id", o.Session, "error", err)
	s.showProblem(w, http.StatusBadGateway, "Paying is not possible right now", "Nothing was charged.")
}
