package signature

import "crypto/sha256"

// A MAC is an HMAC-SHA256.
type MAC [sha256.Size]byte

// Parse reads 64 hex digits of either case.
func (m *MAC) Parse(digits string) bool { return m.parse(digits, &eitherCase) }

// ParseLower reads 64 hex digits in lower case.
func (m *MAC) ParseLower(digits string) bool { return m.parse(digits, &lowerCase) }

func (m *MAC) parse(digits string, values *[256]byte) bool {
	if len(digits) != 2*len(m) {
		return false
	}
	all := byte(0)
	for i := range m {
		high, low := values[digits[2*i]], values[digits[2*i+1]]
		all |= high | low
		m[i] = high<<4 | low
	}
	return all <= 0x0f
}

// The values of hex digits; other characters have more than 15.
var (
	lowerCase  = digitValues("0123456789abcdef")
	eitherCase = digitValues("0123456789abcdef", "0123456789ABCDEF")
)

func digitValues(alphabets ...string) (values [256]byte) {
	for i := range values {
		values[i] = 0xff
	}
	for _, alphabet := range alphabets {
		for value, char := range []byte(alphabet) {
			values[char] = byte(value)
		}
	}
	return values
}
