package money

import "strings"

// decimal is a JSON number taken apart: whole.fraction times ten to the
// exponent. Its parts are slices of the string, so that reading one costs no
// allocation however long it is.
type decimal struct {
	negative bool
	whole    string // at least one digit, no leading zero unless it is "0"
	fraction string // may be empty
	exponent int64
}

// maxExponent is where an exponent is read no further. No string is long enough for
// its digits to make up for one this large, so a larger one changes no result.
const maxExponent = int64(1) << 50

// scanDecimal reads exactly one JSON number (RFC 8259, section 6), with nothing
// before or after it.
func scanDecimal(s string) (number decimal, ok bool) {
	rest, negative := strings.CutPrefix(s, "-")
	number.negative = negative

	number.whole, rest = cutDigits(rest)
	if number.whole == "" || (number.whole[0] == '0' && len(number.whole) > 1) {
		return decimal{}, false
	}
	if after, found := strings.CutPrefix(rest, "."); found {
		number.fraction, rest = cutDigits(after)
		if number.fraction == "" {
			return decimal{}, false
		}
	}
	if rest == "" {
		return number, true
	}
	number.exponent, ok = scanExponent(rest)
	return number, ok
}

// scanExponent reads the part from the letter e to the end of the string.
func scanExponent(s string) (exponent int64, ok bool) {
	if s[0] != 'e' && s[0] != 'E' {
		return 0, false
	}
	s, negative := strings.CutPrefix(s[1:], "-")
	if !negative {
		s = strings.TrimPrefix(s, "+")
	}
	digits, rest := cutDigits(s)
	if digits == "" || rest != "" {
		return 0, false
	}
	for i := 0; i < len(digits) && exponent < maxExponent; i++ {
		exponent = exponent*10 + int64(digits[i]-'0')
	}
	if negative {
		return -exponent, true
	}
	return exponent, true
}

// cutDigits splits a string after its leading decimal digits.
func cutDigits(s string) (digits, rest string) {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// shifted returns the number with its decimal point moved that many places to
// the right. It reports ErrPrecision when a digit other than zero is left
// behind the point and ErrOverflow when the result does not fit.
func (d decimal) shifted(places int) (int64, error) {
	// kept is how many digits end up before the point: negative when the point
	// lands ahead of them all, more than there are when zeros are to follow.
	kept := int64(len(d.whole)) + d.exponent + int64(places)

	var magnitude uint64
	var ok bool
	for _, digits := range [...]string{d.whole, d.fraction} {
		for i := 0; i < len(digits); i++ {
			if kept <= 0 {
				if digits[i] != '0' {
					return 0, ErrPrecision
				}
				continue
			}
			kept--
			if magnitude, ok = appendDigit(magnitude, digits[i]-'0'); !ok {
				return 0, ErrOverflow
			}
		}
	}
	// A magnitude other than zero overflows within nineteen rounds, which is
	// what makes 1e999999999 cheap to reject.
	for ; kept > 0 && magnitude != 0; kept-- {
		if magnitude, ok = appendDigit(magnitude, 0); !ok {
			return 0, ErrOverflow
		}
	}
	minor, ok := signed(magnitude, d.negative)
	if !ok {
		return 0, ErrOverflow
	}
	return minor, nil
}

// appendDigit writes one more digit after those of the magnitude; ok is false
// when the result is larger than the magnitude of any int64.
func appendDigit(magnitude uint64, digit byte) (result uint64, ok bool) {
	if magnitude > (minMagnitude-uint64(digit))/10 {
		return 0, false
	}
	return magnitude*10 + uint64(digit), true
}
