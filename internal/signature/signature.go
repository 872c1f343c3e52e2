// Package signature is the one place where HMACs are computed and compared. All gateways sign with
// HMAC-SHA256 in hex; they differ in what they sign and with which key.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Sum returns the HMAC-SHA256 of the parts, one after the other, keyed by the secret.
func Sum(secret string, parts ...string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, []byte(secret))
	for _, part := range parts {
		mac.Write([]byte(part))
	}
	return [sha256.Size]byte(mac.Sum(nil))
}

// Hex returns Sum in lowercase hex.
func Hex(secret string, parts ...string) string {
	sum := Sum(secret, parts...)
	return hex.EncodeToString(sum[:])
}

// Matches reports whether a signature, in hex of either case, is the right one. It compares in
// constant time.
func Matches(signed, secret string, parts ...string) bool {
	given, err := hex.DecodeString(signed)
	if err != nil || secret == "" {
		return false
	}
	sum := Sum(secret, parts...)
	return hmac.Equal(given, sum[:])
}
