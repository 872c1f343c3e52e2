package redact

import (
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// partLength is how much of a known secret is recognized as a part of it.
const partLength = 8

// A known secret is recognized by its parts, because what is around it may hide its beginning or
// its end.
type known struct {
	secret string // in canonical form and lower case, without the prefix that all secrets of its kind have

	// seen has a bit for the hash of each part: most strings have nothing of the secret, and this
	// says so without a comparison.
	seen [16]uint64
}

// shorter secrets than this are none: every message has their characters.
const minKnown = 4

func newKnown(secret sdk.Secret) (k known, ok bool) {
	if secret.IsZero() {
		return k, false
	}
	var f form
	f.read(secret.Reveal()) // literally
	folded := make([]byte, len(f.units))
	for i, u := range f.units {
		folded[i] = lower(u.b)
	}
	k.secret = string(folded)
	for _, prefix := range credentialPrefixes() {
		if rest, found := strings.CutPrefix(k.secret, prefix.string); found && len(rest) >= partLength {
			k.secret = rest
			break
		}
	}
	if _, isCode := sdk.Code(k.secret).Entry(); isCode || len(k.secret) < minKnown {
		return k, false // a sandbox's key is named after the error that it gets; whole, it is found by its prefix
	}
	window := uint64(0)
	for i := range len(k.secret) {
		window = window<<8 | uint64(k.secret[i])
		if i+1 >= k.shortest() {
			word, bit := k.bit(window)
			k.seen[word] |= bit
		}
	}
	return k, true
}

// shortest is the length of a part: of the secret, if that is shorter.
func (k *known) shortest() int { return min(partLength, len(k.secret)) }

// has reports whether the last bytes of a window are a part of the secret.
func (k *known) has(window uint64) bool {
	word, bit := k.bit(window)
	if k.seen[word]&bit == 0 {
		return false
	}
	var part [partLength]byte
	for i := range part {
		part[partLength-1-i] = byte(window >> (8 * i) & 0xff)
	}
	return strings.Contains(k.secret, string(part[partLength-k.shortest():]))
}

func (k *known) bit(window uint64) (word int, bit uint64) {
	window &= ^uint64(0) >> (8 * (partLength - k.shortest()))
	hash := window * 0x9e3779b97f4a7c15 >> 54
	return int(hash >> 6), 1 << (hash & 63)
}
