package money

import (
	"errors"
	"strconv"
)

// Errors of this package match one of these with errors.Is. The full message
// names the value at fault and the next step.
var (
	// ErrSyntax: the string is not an amount in the form the function accepts.
	ErrSyntax = errors.New("money: malformed amount")
	// ErrPrecision: the amount is not a whole number of minor units.
	ErrPrecision = errors.New("money: too precise")
	// ErrOverflow: the amount does not fit in an int64 of minor units.
	ErrOverflow = errors.New("money: out of range")
	// ErrUnknownCurrency: ISO 4217 gives the currency no exponent, or the code
	// is not an ISO 4217 code at all.
	ErrUnknownCurrency = errors.New("money: unknown currency")
	// ErrCurrencyMismatch: two amounts of different currencies met.
	ErrCurrencyMismatch = errors.New("money: currencies differ")
)

// excerptLength keeps a hostile megabyte of input out of errors and logs. It is
// longer than any amount or code that was written in good faith.
const excerptLength = 32

// quote shows an untrusted string on one line, shortened.
func quote(s string) string {
	if len(s) > excerptLength {
		return strconv.Quote(s[:excerptLength]) + "..."
	}
	return strconv.Quote(s)
}

// shorten shows a string that is already known to be plain, as a number is.
func shorten(s string) string {
	if len(s) > excerptLength {
		return s[:excerptLength] + "..."
	}
	return s
}
