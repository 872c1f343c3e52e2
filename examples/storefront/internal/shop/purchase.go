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

// A purchase is the hidden field of a buy form: an ID for the order that the form will create, and
// a proof that this shop gave the form to this visitor. Another site cannot send the form on the
// visitor's behalf, and a double click creates one order.

func (s *Shop) newPurchase(w http.ResponseWriter, r *http.Request) string {
	return s.purchaseOf(s.visitor(w, r), rand.Text())
}

func (s *Shop) purchaseOf(visitor, id string) string {
	mac := hmac.New(sha256.New, s.formKey)
	mac.Write([]byte(visitor + "\n" + id))
	return id + "." + hex.EncodeToString(mac.Sum(nil))
}

// purchased returns the ID of a form that was given to this visitor.
func (s *Shop) purchased(visitor, field string) (id string, ok bool) {
	id, _, _ = strings.Cut(field, ".")
	return id, visitor != "" && hmac.Equal([]byte(field), []byte(s.purchaseOf(visitor, id)))
}

// visitor identifies the browser that a form, and later its order, belongs to.
func (s *Shop) visitor(w http.ResponseWriter, r *http.Request) string {
	if known := s.knownVisitor(r); known != "" {
		return known
	}
	visitor := rand.Text()
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // secure except on this machine
		Name: s.cookie, Value: visitor, Path: "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode,                     // because buyers come back from another site
		Secure:   strings.HasPrefix(s.PublicURL, "https:"), // this machine has no https
	})
	return visitor
}

// knownVisitor is empty for a browser without the cookie.
func (s *Shop) knownVisitor(r *http.Request) string {
	c, err := r.Cookie(s.cookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// ownSecret returns a secret of the shop, generated at its first use. It outlives a restart: a
// buyer who sends a form again must see the order that the form has created, and not order again.
func ownSecret(db *sql.DB, name string) (secret []byte, err error) {
	ctx := context.Background()
	if _, err := db.ExecContext(ctx, "INSERT INTO own_secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", name, rand.Text()); err != nil {
		return nil, err
	}
	err = db.QueryRowContext(ctx, "SELECT value FROM own_secrets WHERE name = ?", name).Scan(&secret)
	return secret, err
}
