package signature

import "crypto/sha256"

// A MAC is an HMAC-SHA256.
type MAC [sha256.Size]byte

// Parse reads 64 hex digits of either case.
func (m *MAC) Parse(text string) bool { return m.parse(text, &eitherCase) }

// ParseLower reads 64 hex digits in lower case.
func (m *MAC) ParseLower(text string) bool { return m.parse(text, &lowerCase) }

func (m *MAC) parse(text string, values *[256]byte) bool {
	if len(text) != 2*len(m) {
		return false
	}
	all := byte(0)
	for i := range m {
		high, low := values[text[2*i]], values[text[2*i+1]]
		all |= high | low
		m[i] = high<<4 | low
	}
	return all <= 0x0f
}

// The values of hex digits; other characters have more than 15.
var (
	lowerCase  = digits("0123456789abcdef")
	eitherCase = digits("0123456789abcdef", "0123456789ABCDEF")
)

func digits(alphabets ...string) (values [256]byte) {
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
