package money

// Amount is a whole number of minor units of one currency, such as 1499 cents.
//
// Amounts are compared with ==, which holds when both the number and the
// currency are the same. The zero value means "no amount", which is not the
// same as an amount of nothing in some currency: see [Amount.IsZero] and
// [Amount.Sign].
type Amount struct {
	minor    int64
	currency Currency
}

// Minor returns the amount of that many minor units of the currency:
// Minor(1499, "USD") is 14.99 US dollars and Minor(1499, "JPY") is 1499 yen.
//
// The currency is kept even when this package does not know it, so that an
// amount in a currency newer than [ISO4217Date] can still be stored and passed
// on. Operations that need its exponent report [ErrUnknownCurrency].
func Minor(minor int64, currency Currency) Amount {
	return Amount{minor: minor, currency: currency}
}

// Minor returns the number of minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency returns the currency, which is empty when a is the zero value.
func (a Amount) Currency() Currency { return a.currency }

// IsZero reports whether a is the zero value, "no amount". It is false for
// 0.00 EUR, so that encoding/json's omitzero leaves out an amount that was
// never set and keeps one that is nothing. Use [Amount.Sign] to ask whether the
// number is zero.
func (a Amount) IsZero() bool { return a == Amount{} }

// Sign returns -1 when the number is negative, 0 when it is zero and 1 when it
// is positive, whatever the currency.
func (a Amount) Sign() int {
	switch {
	case a.minor < 0:
		return -1
	case a.minor > 0:
		return 1
	default:
		return 0
	}
}
