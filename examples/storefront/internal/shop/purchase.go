package shop

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"net/http"
	"strings"
)

// A purchase is the hidden field of a buy form: an id for the order that the form will make, and a proof that this shop
// gave the form to this visitor. So another site cannot send the form in the visitor's name, and a double click makes
// one order and not two.

func (s *Shop) newPurchase(w http.ResponseWriter, r *http.Request) string {
	return s.purchaseOf(s.visitor(w, r), rand.Text())
}

func (s *Shop) purchaseOf(visitor, id string) string {
	mac := hmac.New(sha256.New, s.formKey)
	mac.Write([]byte(visitor + "\n" + id))
	return id + "." + hex.EncodeToString(mac.Sum(nil))
}

// purchased is the id of a form that is this visitor's.
func (s *Shop) purchased(visitor, field string) (id string, ok bool) {
	id, _, _ = strings.Cut(field, ".")
	return id, visitor != "" && hmac.Equal([]byte(field), []byte(s.purchaseOf(visitor, id)))
}

// visitor is whom a form is for, and later whose the order is.
func (s *Shop) visitor(w http.ResponseWriter, r *http.Request) string {
	if known := s.knownVisitor(r); known != "" {
		return known
	}
	visitor := rand.Text()
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // secure wherever it can be
		Name: s.cookie, Value: visitor, Path: "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode,                     // because buyers come back from another site
		Secure:   strings.HasPrefix(s.PublicURL, "https:"), // not on this machine, where there is no https
	})
	return visitor
}

// knownVisitor is empty for a browser that has not been here.
func (s *Shop) knownVisitor(r *http.Request) string {
	c, err := r.Cookie(s.cookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// ownSecret is a secret of the shop's own, made when it is first asked for. It outlives a restart: a buyer who sends a
// form once more must be told about the order that the form has made, and not be asked to order again.
func ownSecret(db *sql.DB, name string) (secret []byte, err error) {
	ctx := context.Background()
	if _, err := db.ExecContext(ctx, "INSERT INTO own_secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", name, rand.Text()); err != nil {
		return nil, err
	}
	err = db.QueryRowContext(ctx, "SELECT value FROM own_secrets WHERE name = ?", name).Scan(&secret)
	return secret, err
}
