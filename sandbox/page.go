package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	genvora "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/returnurl"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// showPage shows a session's hosted page.
func (s *Sandbox) showPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, ok := s.sessionOfPage(r)
	if !ok {
		s.renderUnknown(w, r)
		return
	}
	s.render(w, x, s.checkoutFor(r, x))
}

// submitPage does what the buyer pressed, and sends the browser on. A second press finds the session as the first one
// left it.
func (s *Sandbox) submitPage(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, mostRequestBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x, ok := s.sessionOfPage(r)
	if !ok {
		s.renderUnknown(w, r)
		return
	}
	action := r.PostForm.Get("action")
	if x.status == pending {
		s.act(x, action, r.PostForm)
	}
	next := s.next(x, action)
	if exit := r.PostForm.Get("exit"); next != "" && exit != "" && x.gateway == visionScopeGateway {
		s.render(w, x, s.handBack(x, exit))
		return
	}
	if next != "" {
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, next, http.StatusSeeOther)
		return
	}
	c := s.checkoutFor(r, x)
	if action == "abandon" && x.status == pending {
		c.State = page.StateAbandoned
	}
	s.render(w, x, c)
}

// checkoutFor is a session as its page shows it there where the browser loads it: the challenge refuses to be framed.
func (s *Sandbox) checkoutFor(r *http.Request, x *session) page.Checkout {
	c := s.checkout(x)
	c.Framed = framed(r) && x.gateway == visionScopeGateway
	if c.State == page.StateChallenge && framed(r) {
		c.State = page.StateBreakOut
	}
	return c
}

// handBack is the page in the shop's frame that ends the checkout in another way than by loading the return URL there: it
// leaves the frame, or sends the shop's page a message.
func (s *Sandbox) handBack(x *session, exit string) page.Checkout {
	c := s.checkout(x)
	c.State = page.StateHandBack
	if exit == "message" {
		c.Message = visionScopeMessage(x, c.ReturnURL)
	}
	return c
}

// framed tells whether a browser loads the page into a frame.
func framed(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return dest == "iframe" || dest == "frame"
}

func (s *Sandbox) sessionOfPage(r *http.Request) (*session, bool) {
	x, ok := s.sessions[r.PathValue("id")]
	if !ok || strings.HasPrefix(r.URL.Path, voraPages) != (x.gateway == voraGateway) {
		return nil, false
	}
	s.expireIfDue(x)
	return x, true
}

// act does what a button says.
func (s *Sandbox) act(x *session, action string, form url.Values) {
	switch action {
	case "pay":
		if x.gateway == voraGateway && value(x.vora.CollectShipping) {
			x.shipping = shippingOf(form)
		}
		s.pay(x, strings.NewReplacer(" ", "", "-", "").Replace(form.Get("card")))
	case "challenge_pass":
		if x.challenged {
			s.passChallenge(x)
		}
	case "challenge_fail":
		if x.challenged {
			s.fail(x, "authentication_failed", "Payment declined after 3DS")
		}
	case "decline":
		s.fail(x, contract.VoraDeclinedFailureCode, "The card was declined")
	case "cancel":
		if x.gateway == visionScopeGateway { // which has no address for a cancelled payment but the return URL
			s.fail(x, "cancelled", "Payment cancelled by the shopper")
		}
	}
}

// next is where the browser goes after the form; empty when it stays, as that of a buyer who closed the tab does.
func (s *Sandbox) next(x *session, action string) string {
	switch {
	case action == "abandon":
		return ""
	case x.gateway == voraGateway && action == "cancel" && x.status == pending:
		return value(x.vora.CancelURL)
	case x.status == succeeded, x.status == failed:
		return s.returnURL(x)
	}
	return ""
}

// returnURL is the merchant's address with the query that the gateway adds.
func (s *Sandbox) returnURL(x *session) string {
	target, query := x.vision.returnURL, url.Values{}
	if x.gateway == voraGateway {
		target, query = value(x.vora.SuccessURL), s.signedReturn(x)
	} else {
		query.Set("session_id", x.id)
		query.Set("order_id", x.vision.orderID)
		query.Set("status", "paid")
		if x.status == failed {
			query.Set("status", "failed")
			query.Set("reason", x.reason)
		}
	}
	u, err := url.Parse(target)
	if target == "" || err != nil {
		return ""
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += query.Encode()
	return u.String()
}

// signedReturn is the query of Vora's return. A decline is signed just like a payment.
func (s *Sandbox) signedReturn(x *session) url.Values {
	fields := returnurl.Fields{
		Session: x.id, Status: string(x.status), Amount: strconv.FormatInt(x.amount.Minor(), 10),
		Currency: string(x.amount.Currency()), TransactionID: x.transaction,
	}
	if !s.returnV2 {
		return fields.Query(fields.SignV1(x.account.Vora.SessionSecret))
	}
	payload, err := returnurl.PayloadOf(fields, value(x.vora.SuccessURL), "test", s.clock.Now())
	if err != nil {
		return fields.Query("")
	}
	sig, _ := payload.SignV2(x.account.Vora.SessionSecret) // plain fields, which always encode
	return fields.Query(sig)
}

func (s *Sandbox) render(w http.ResponseWriter, x *session, c page.Checkout) {
	s.write(w, http.StatusOK, c, value(x.vora.SuccessURL), value(x.vora.CancelURL), x.vision.returnURL)
}

// renderUnknown is for an address that stands for no session: one of an earlier run, most often.
func (s *Sandbox) renderUnknown(w http.ResponseWriter, r *http.Request) {
	c := page.Checkout{Gateway: page.Vora, State: page.StateUnknown, SessionID: r.PathValue("id")}
	if strings.HasPrefix(r.URL.Path, visionScopePages) {
		c.Gateway = page.VisionScope
	}
	s.write(w, http.StatusNotFound, c)
}

// write answers with a page, whose form may lead to formAction.
func (s *Sandbox) write(w http.ResponseWriter, status int, c page.Checkout, formAction ...string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", page.ContentSecurityPolicy(c, formAction...))
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if err := page.Render(w, c); err != nil {
		s.log.Error("a page cannot be shown", "session_id", c.SessionID, "error", err)
	}
}

// checkout is a session as its page shows it.
func (s *Sandbox) checkout(x *session) page.Checkout {
	c := page.Checkout{
		Gateway: page.Gateway(x.gateway), State: page.StateOpen, SessionID: x.id, Merchant: x.account.Name,
		Amount: x.amount, Locale: value(x.vora.Locale), ExpiresAt: x.expiresAt, Now: s.clock.Now(), Reason: x.reason,
		Cancelable: x.gateway == visionScopeGateway || x.vora.CancelURL != nil,
		BuyerName:  value(x.vora.BuyerName), BuyerEmail: value(x.vora.BuyerEmail),
		Description: value(x.vora.Description), CollectShipping: value(x.vora.CollectShipping),
		CardEnding: x.cardEnding, AlwaysDeclines: x.alwaysDeclines(),
	}
	for _, item := range value(x.vora.LineItems) {
		c.LineItems = append(c.LineItems, page.LineItem{
			Name: item.Name, Quantity: item.Quantity, ImageURL: value(item.ImageURL),
			UnitAmount: money.Minor(item.UnitAmount, x.amount.Currency()),
		})
	}
	for _, k := range x.gateway.cards() {
		c.Cards = append(c.Cards, page.Card{Number: grouped(k.Number), Label: k.Label})
	}
	switch {
	case x.challenged:
		c.State = page.StateChallenge
	case x.status == processing:
		c.State = page.StateProcessing
	case x.status == expired:
		c.State = page.StateExpired
	case x.status == failed:
		c.State, c.ReturnURL = page.StateFailed, s.returnURL(x)
	case x.status != pending:
		c.State, c.ReturnURL = page.StateSucceeded, s.returnURL(x)
	}
	return c
}

func shippingOf(form url.Values) *genvora.ShippingAddress {
	field := func(name string) string { return strings.TrimSpace(form.Get("shipping_" + name)) }
	a := &genvora.ShippingAddress{
		FirstName: field("first_name"), LastName: field("last_name"), Address: field("address"),
		City: field("city"), State: field("state"), Zip: field("zip"), Country: field("country"),
	}
	if second := field("address2"); second != "" {
		a.Address2 = &second
	}
	return a
}

// grouped writes a card number as cards do: in fours, or 4-6-5 for the 15 digits of American Express.
func grouped(number string) string {
	if len(number) == 15 {
		return number[:4] + " " + number[4:10] + " " + number[10:]
	}
	var parts []string
	for fours := range slices.Chunk([]byte(number), 4) {
		parts = append(parts, string(fours))
	}
	return strings.Join(parts, " ")
}

// value is what an optional member of a request holds, or nothing.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
