package money

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// The members of an amount in JSON.
const (
	minorMember    = "minor"
	currencyMember = "currency"
)

// MarshalJSON writes {"minor":1499,"currency":"USD"}.
//
// The currency must be three capital letters but need not be listed: neither
// writing nor reading minor units takes the exponent, and an amount in a
// currency newer than [ISO4217Date] must survive being stored. Otherwise the
// error matches [ErrUnknownCurrency]. The zero value, no amount, is null.
func (a Amount) MarshalJSON() ([]byte, error) {
	if a.IsZero() {
		return []byte("null"), nil
	}
	if !a.currency.wellFormed() {
		return nil, a.currency.unknown(unlisted)
	}
	text := make([]byte, 0, len(`{"minor":-9223372036854775808,"currency":"USD"}`))
	text = append(text, `{"`+minorMember+`":`...)
	text = strconv.AppendInt(text, a.minor, 10)
	text = append(text, `,"`+currencyMember+`":"`...)
	text = append(text, a.currency...)
	return append(text, `"}`...), nil
}

// UnmarshalJSON reads what [Amount.MarshalJSON] writes and nothing looser: an
// object with exactly the members "minor", an integer, and "currency", three
// capital letters, in any order; or null, which is the zero value. A missing,
// repeated, unknown or differently spelled member is an error.
//
// The error matches [ErrSyntax], [ErrOverflow] or [ErrUnknownCurrency], and
// leaves a as it was.
func (a *Amount) UnmarshalJSON(data []byte) error {
	// Being valid JSON is settled here, so that the walk below only has to mind
	// the shape.
	if !json.Valid(data) {
		return malformedJSON("the value is not valid JSON")
	}
	if string(bytes.TrimSpace(data)) == "null" {
		*a = Amount{}
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return malformedJSON("the value is not an object")
	}

	var read Amount
	var hasMinor, hasCurrency bool
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return malformedJSON("a member has no readable name")
		}
		value, err := decoder.Token()
		if err != nil {
			return malformedJSON("a member has no readable value")
		}
		switch {
		case name == minorMember && !hasMinor:
			read.minor, err = minorFromJSON(value)
			hasMinor = true
		case name == currencyMember && !hasCurrency:
			read.currency, err = currencyFromJSON(value)
			hasCurrency = true
		default:
			err = malformedJSON(fmt.Sprintf("member %s is repeated or unknown", quote(fmt.Sprint(name))))
		}
		if err != nil {
			return err
		}
	}
	if !hasMinor || !hasCurrency {
		return malformedJSON("a member is missing")
	}
	*a = read
	return nil
}

func minorFromJSON(value json.Token) (int64, error) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, malformedJSON(`"minor" is not a number`)
	}
	minor, err := strconv.ParseInt(number.String(), 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%w: %s minor units do not fit in an int64: check the amount", ErrOverflow, shorten(number.String()))
	case err != nil:
		return 0, malformedJSON(fmt.Sprintf(`"minor" is %s, not written as an integer`, shorten(number.String())))
	}
	return minor, nil
}

func currencyFromJSON(value json.Token) (Currency, error) {
	code, ok := value.(string)
	if !ok {
		return "", malformedJSON(`"currency" is not a string`)
	}
	currency := Currency(code)
	if !currency.wellFormed() {
		return "", currency.unknown(unlisted)
	}
	return currency, nil
}

func malformedJSON(reason string) error {
	return fmt.Errorf(`%w: %s: send exactly {"minor":1499,"currency":"USD"}`, ErrSyntax, reason)
}
