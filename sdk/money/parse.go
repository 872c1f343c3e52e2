package money

import (
	"errors"
	"fmt"
)

// Parse reads an amount in major units, such as "10.00" with "EUR".
//
// The string is a JSON number: an optional minus sign, digits, an optional
// fraction and an optional exponent, with a point for the decimals and nothing
// around it. "10", "10.0", "10.00" and "1e1" are the same amount. Digits past
// the currency's exponent are accepted only when they are zeros, because Parse
// never rounds: "10.000" is ten euros and "10.001" is rejected.
//
// The error matches [ErrSyntax], [ErrPrecision], [ErrOverflow] or
// [ErrUnknownCurrency]. The work done is proportional to the length of the
// string, whatever number it spells.
func Parse(major string, currency Currency) (Amount, error) {
	places, err := currency.Exponent()
	if err != nil {
		return Amount{}, err
	}
	number, ok := scanDecimal(major)
	if !ok {
		return Amount{}, fmt.Errorf("%w: %s is not a number of major units: write it as a JSON number such as 10.00, without a currency sign, spaces or grouping", ErrSyntax, quote(major))
	}
	minor, err := number.shifted(places)
	switch {
	case errors.Is(err, ErrPrecision):
		return Amount{}, fmt.Errorf("%w: %s has more digits than %s carries (%d): round it in your own code first", err, shorten(major), currency, places)
	case err != nil:
		return Amount{}, fmt.Errorf("%w: %s %s does not fit in an int64 of minor units: check the amount", err, shorten(major), currency)
	}
	return Amount{minor: minor, currency: currency}, nil
}

// MustParse is [Parse] for amounts written in the program, such as package
// variables and tests. It panics where Parse returns an error, so never give it
// input.
func MustParse(major string, currency Currency) Amount {
	amount, err := Parse(major, currency)
	if err != nil {
		panic(err)
	}
	return amount
}
