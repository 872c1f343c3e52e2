package shop

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// A purchase is the hidden field of a buy form: the id of the order that the form will make, and a proof that this shop
// gave the form to this visitor. So another site cannot send the form in the visitor's name, and a double click makes
// one order and not two.

func (s *Shop) newPurchase(w http.ResponseWriter, r *http.Request) string {
	return s.purchaseOf(s.visitor(w, r), rand.Text())
}

func (s *Shop) purchaseOf(visitor, orderID string) string {
	mac := hmac.New(sha256.New, s.formKey)
	mac.Write([]byte(visitor + "\n" + orderID))
	return orderID + "." + hex.EncodeToString(mac.Sum(nil))
}

// purchased is the order id of a form that is this visitor's.
func (s *Shop) purchased(r *http.Request, field string) (orderID string, ok bool) {
	orderID, _, _ = strings.Cut(field, ".")
	visitor := s.cookie(r, "visitor")
	return orderID, visitor != "" && hmac.Equal([]byte(field), []byte(s.purchaseOf(visitor, orderID)))
}

// visitor is whom a form is for.
func (s *Shop) visitor(w http.ResponseWriter, r *http.Request) string {
	if known := s.cookie(r, "visitor"); known != "" {
		return known
	}
	visitor := rand.Text()
	s.setCookie(w, "visitor", visitor)
	return visitor
}

// setCookie keeps a value in the browser. Lax, because buyers come back from another site.
func (s *Shop) setCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // secure wherever it can be
		Name: s.cookieOf(name), Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(s.PublicURL, "https:"), // not on this machine, where there is no https
	})
}

func (s *Shop) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(s.cookieOf(name))
	if err != nil {
		return ""
	}
	return c.Value
}
