package lenient

import (
	"errors"
	"strconv"
	"strings"
)

// errNotInteger says nothing of the value, which a stranger may have written.
var errNotInteger = errors.New("not an integer, or too large for one")

// An Integer is a whole number, however JSON writes it (1499, 1499.0, 1.499e3), or 0 for anything
// else.
type Integer struct {
	Value int64
	set   bool
	err   error
}

// UnmarshalJSON accepts any value. A null is a missing field.
func (i *Integer) UnmarshalJSON(data []byte) error {
	*i = Integer{}
	if string(data) == "null" {
		return nil
	}
	i.Value, i.err = ParseInteger(string(data))
	i.set = i.err == nil
	return nil
}

// Known reports whether the field was there and is an integer.
func (i Integer) Known() bool { return i.set }

func (i Integer) malformed() error { return i.err }

// NewInteger is a field that was read.
func NewInteger(value int64) Integer { return Integer{Value: value, set: true} }

// ParseInteger reads a JSON number that is a whole number, exactly: nothing is rounded. It takes
// time in proportion to the length of the number, whatever its exponent.
func ParseInteger(number string) (int64, error) {
	if value, err := strconv.ParseInt(number, 10, 64); err == nil && isNumber(number) {
		return value, nil
	}
	if !isNumber(number) {
		return 0, errNotInteger
	}
	mantissa, exponentDigits := number, ""
	if at := strings.IndexAny(number, "eE"); at >= 0 {
		mantissa, exponentDigits = number[:at], number[at+1:]
	}
	unsigned, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(unsigned, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return 0, nil // however large the exponent
	}
	exponent, err := strconv.ParseInt("0"+strings.TrimPrefix(exponentDigits, "+"), 10, 32)
	if strings.HasPrefix(exponentDigits, "-") {
		exponent, err = strconv.ParseInt(exponentDigits, 10, 32)
	}
	significant := strings.TrimRight(digits, "0")
	zeros := int64(len(digits)-len(significant)) - int64(len(fraction)) + exponent // after the significant digits
	if err != nil || zeros < 0 || int64(len(significant))+zeros > maxDigits {
		return 0, errNotInteger
	}
	written := significant + strings.Repeat("0", int(zeros))
	if negative {
		written = "-" + written
	}
	value, err := strconv.ParseInt(written, 10, 64)
	if err != nil {
		return 0, errNotInteger
	}
	return value, nil
}

// maxDigits is how many digits the largest integer has.
const maxDigits = 19

// isNumber reports whether the string is exactly one JSON number (RFC 8259, section 6).
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole := digitsAtStart(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	s = s[whole:]
	if after, ok := strings.CutPrefix(s, "."); ok {
		fraction := digitsAtStart(after)
		if fraction == 0 {
			return false
		}
		s = after[fraction:]
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = s[1:]
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return s != "" && digitsAtStart(s) == len(s)
}

func digitsAtStart(s string) (count int) {
	for count < len(s) && '0' <= s[count] && s[count] <= '9' {
		count++
	}
	return count
}
