package vora

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
)

const maxKey = contract.VoraIdempotencyKeyLength

// IdempotencyKey makes the key of a purchase: the same platform, order and attempt always give the
// same key. Repeat an operation under the same attempt number; use the next number only for a
// deliberate new session, for example after the last one expired. (Vora integrator guide,
// "Idempotency".)
//
// Different arguments never give the same key: ambiguous characters are percent-encoded, and a key
// that is too long ends in a hash of the whole.
func IdempotencyKey(platform, orderID string, attempt int) string {
	key := strings.ReplaceAll(encode(platform), "_", "%5F") + "_" + encode(orderID) + "_" + strconv.Itoa(attempt)
	if len(key) <= maxKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	hash := "~" + hex.EncodeToString(sum[:])
	return key[:maxKey-len(hash)] + hash
}

// encode percent-encodes what an idempotency key must not contain, and the percent sign, and the
// tilde that marks hashed keys.
func encode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c > ' ' && c < '~' && c != '%' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// randomKey covers the retries of one call.
func randomKey() string { return "hostedpay_call_" + rand.Text() }

// checkKey rejects a key that the gateway would reject or truncate.
func checkKey(operation, key string) error {
	problem := ""
	switch {
	case key == "":
		problem = "the idempotency key is empty, so that a repeated call would make another session. IdempotencyKey makes one from an order ID; leave the option out for a key that covers this call only"
	case len(key) > maxKey:
		problem = fmt.Sprintf("the idempotency key has %d characters; at most %d are allowed. IdempotencyKey makes one from an order ID of any length", len(key), maxKey)
	case strings.TrimSpace(key) != key || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }):
		problem = "the idempotency key must be printable ASCII without spaces around it. IdempotencyKey makes one from any order ID"
	default:
		return nil
	}
	return transport.Rejected(operation, sdk.CodeValidationError, problem+" (nothing was sent)")
}
