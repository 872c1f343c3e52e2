package money

import (
	"fmt"
	"strings"
)

// Currency is an ISO 4217 alphabetic code: three capital letters, as in "USD".
// The empty string means no currency.
type Currency string

const codeLength = 3

// The generated table's results for a code that has no exponent.
const (
	noMinorUnit = -1 // listed as "N.A.": metals, units of account, test codes
	unlisted    = -2
)

// Exponent returns how many decimals ISO 4217 gives the currency: 2 for EUR,
// 0 for JPY, 3 for KWD. One major unit is ten to that power of minor units.
//
// A withdrawn currency keeps the exponent that it had. The error matches [ErrUnknownCurrency] when
// the code is not in the list of [ISO4217Date], or is there without a minor unit, as gold (XAU) is.
func (c Currency) Exponent() (int, error) {
	exponent := listedExponent(c)
	if exponent < 0 {
		return 0, c.unknown(exponent)
	}
	return exponent, nil
}

// Valid reports whether amounts can be counted in the currency, that is, whether
// [Currency.Exponent] returns no error.
func (c Currency) Valid() bool { return listedExponent(c) >= 0 }

// Withdrawn reports whether the currency is no longer in force, as the Bulgarian lev (BGN) since
// 2026. Amounts of old orders in it can still be read; a new payment in it cannot be created.
func (c Currency) Withdrawn() bool {
	return c.wellFormed() && strings.Contains(withdrawn, string(c)) // of three letters between spaces
}

// Currencies returns the currencies that a payment can be made in, in alphabetical order: those in
// the list of [ISO4217Date] that have an exponent.
func Currencies() []Currency {
	var all []Currency
	for code := range strings.FieldsSeq(countable) {
		all = append(all, Currency(code))
	}
	return all
}

// unknown explains why the table gave no exponent.
func (c Currency) unknown(exponent int) error {
	if exponent == noMinorUnit {
		return fmt.Errorf("%w: ISO 4217 lists %s without a minor unit, so no amount can be counted in it: use the currency that is charged", ErrUnknownCurrency, c)
	}
	if c == "" {
		return fmt.Errorf("%w: no currency was given: pass an ISO 4217 code such as EUR", ErrUnknownCurrency)
	}
	if !c.wellFormed() {
		return c.malformed()
	}
	return fmt.Errorf("%w: %s is not in the ISO 4217 list of %s: check the code, or update this module if the code is newer", ErrUnknownCurrency, c, ISO4217Date)
}

// malformed describes a code that no edition of ISO 4217 could list.
func (c Currency) malformed() error {
	if len(c) == codeLength {
		if capitals := Currency(strings.ToUpper(string(c))); capitals.Valid() {
			return fmt.Errorf("%w: %q is not written in capitals: use %q", ErrUnknownCurrency, string(c), string(capitals))
		}
	}
	return fmt.Errorf("%w: %s is not an ISO 4217 code: use three capital letters such as EUR", ErrUnknownCurrency, quote(string(c)))
}

// wellFormed reports whether c looks like an alphabetic code, listed or not.
func (c Currency) wellFormed() bool {
	return len(c) == codeLength && isCapital(c[0]) && isCapital(c[1]) && isCapital(c[2])
}

func isCapital(letter byte) bool { return 'A' <= letter && letter <= 'Z' }
