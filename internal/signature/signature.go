// Package signature is the one place where HMACs are computed and compared. Both gateways sign with HMAC-SHA256 in hex;
// what they sign, and with which key, is their own business.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Sum is the HMAC-SHA256 of the parts, one after the other, keyed by the text of secret.
func Sum(secret string, parts ...string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, []byte(secret))
	for _, part := range parts {
		mac.Write([]byte(part))
	}
	return [sha256.Size]byte(mac.Sum(nil))
}

// Hex is Sum in lowercase hex.
func Hex(secret string, parts ...string) string {
	sum := Sum(secret, parts...)
	return hex.EncodeToString(sum[:])
}

// Matches compares a signature in hex of either case with the right one, in constant time.
func Matches(signed, secret string, parts ...string) bool {
	given, err := hex.DecodeString(signed)
	if err != nil || secret == "" {
		return false
	}
	sum := Sum(secret, parts...)
	return hmac.Equal(given, sum[:])
}
