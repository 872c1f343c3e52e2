package signature

import (
	"crypto/sha256"
	"crypto/subtle"
)

// A MAC is an HMAC-SHA256.
type MAC [sha256.Size]byte

// Equal compares in constant time.
func (m *MAC) Equal(other *MAC) bool { return subtle.ConstantTimeCompare(m[:], other[:]) == 1 }

// ParseMAC reads 64 hex digits of either case.
func ParseMAC(text string) (MAC, bool) { return parse(text, 'F') }

// ParseLowerMAC reads 64 hex digits in lower case.
func ParseLowerMAC(text string) (MAC, bool) { return parse(text, 'A'-1) }

func parse(text string, lastCapital byte) (mac MAC, ok bool) {
	if len(text) != 2*len(mac) {
		return MAC{}, false
	}
	for i := range mac {
		high, low := digit(text[2*i], lastCapital), digit(text[2*i+1], lastCapital)
		if high|low > 0x0f {
			return MAC{}, false
		}
		mac[i] = high<<4 | low
	}
	return mac, true
}

// digit is the value of a hex digit, and more than 15 of any other character.
func digit(char, lastCapital byte) byte {
	switch {
	case '0' <= char && char <= '9':
		return char - '0'
	case 'a' <= char && char <= 'f':
		return char - 'a' + 10
	case 'A' <= char && char <= lastCapital:
		return char - 'A' + 10
	}
	return 0xff
}
