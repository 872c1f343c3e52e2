package money

import "strconv"

// maxMajorLength holds the longest string of an amount: a sign, the nineteen
// digits of math.MinInt64 and a point. The generator rejects exponents that
// would need more.
const maxMajorLength = 21

// Major returns the exact amount in major units with all the decimals of the
// currency: "10.00" for EUR, "1000" for JPY, "-1.250" for KWD. [Parse] reads it
// back to the same amount, and it is a valid JSON number.
//
// The error matches [ErrUnknownCurrency].
func (a Amount) Major() (string, error) {
	places, err := a.currency.Exponent()
	if err != nil {
		return "", err
	}
	var buffer [maxMajorLength]byte
	start := a.writeMajor(&buffer, places)
	return string(buffer[start:]), nil
}

// writeMajor fills the buffer from its end, where the last digit goes, and
// returns where the string starts.
func (a Amount) writeMajor(buffer *[maxMajorLength]byte, places int) (start int) {
	start = len(buffer)
	rest := magnitudeOf(a.minor)
	// At least one digit goes before the point, even when it is zero.
	for written := 0; rest != 0 || written <= places; written++ {
		if written == places && places > 0 {
			start--
			buffer[start] = '.'
		}
		start--
		buffer[start] = '0' + byte(rest%10)
		rest /= 10
	}
	if a.minor < 0 {
		start--
		buffer[start] = '-'
	}
	return start
}

// String returns the amount for people and logs: "10.00 EUR". An amount whose
// currency has no known exponent shows its minor units as such, "1499 minor
// units of ZZZ", so that nobody takes them for major ones. The zero value is
// "no amount".
//
// The form may change; use [Amount.Major] or JSON for what is read back.
func (a Amount) String() string {
	if a.IsZero() {
		return "no amount"
	}
	major, err := a.Major()
	if err == nil {
		return major + " " + string(a.currency)
	}
	return strconv.FormatInt(a.minor, 10) + " minor units of " + a.currency.visible()
}

// visible returns the code as people read it. A code that is not three
// capital letters is quoted, so that it cannot forge a line of a log.
func (c Currency) visible() string {
	switch {
	case c == "":
		return "no currency"
	case c.wellFormed():
		return string(c)
	default:
		return quote(string(c))
	}
}
