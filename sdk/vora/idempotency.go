package vora

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

const longestKey = contract.VoraIdempotencyKeyLength

// IdempotencyKey makes the key of a purchase: the same platform, order and attempt always give the same key. Repeat an
// operation under the same attempt; count the attempt up only for a deliberate fresh session, for example after the
// last one expired. (Vora integrator guide, "Idempotency".)
//
// Different arguments never give the same key: what could be misread is percent-encoded, and what is too long ends in
// a hash of the whole.
func IdempotencyKey(platform, orderID string, attempt int) string {
	key := strings.ReplaceAll(encode(platform), "_", "%5F") + "_" + encode(orderID) + "_" + strconv.Itoa(attempt)
	if len(key) <= longestKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	hash := "~" + hex.EncodeToString(sum[:])
	return key[:longestKey-len(hash)] + hash
}

// encode percent-encodes what an idempotency key must not contain, and the percent sign, and the tilde that marks
// hashed keys.
func encode(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c > ' ' && c < '~' && c != '%' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

const mintedPrefix = "hostedpay_call_"

// randomKey covers the retries of one call.
func randomKey() string { return mintedPrefix + rand.Text() }

func minted(key string) bool { return strings.HasPrefix(key, mintedPrefix) }

func checkKey(key string) error {
	if len(key) > longestKey {
		return fmt.Errorf("the idempotency key has %d characters; at most %d are allowed. IdempotencyKey makes one of any length of order id", len(key), longestKey)
	}
	if strings.TrimSpace(key) != key || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return errors.New("the idempotency key must be printable ASCII without spaces around it. IdempotencyKey makes one of any order id")
	}
	return nil
}
