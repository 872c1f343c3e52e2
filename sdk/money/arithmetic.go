package money

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
)

// Add returns a + b. The error matches [ErrCurrencyMismatch] or [ErrOverflow].
//
// The zero value has no currency, so a sum starts from an amount that has one,
// such as Minor(0, "EUR").
func (a Amount) Add(b Amount) (Amount, error) {
	if a.currency != b.currency {
		return Amount{}, mismatch(a, b)
	}
	if (b.minor > 0 && a.minor > math.MaxInt64-b.minor) || (b.minor < 0 && a.minor < math.MinInt64-b.minor) {
		return Amount{}, overflow("%s plus %s", a, b)
	}
	return Amount{minor: a.minor + b.minor, currency: a.currency}, nil
}

// Sub returns a - b, which may be negative. The error matches
// [ErrCurrencyMismatch] or [ErrOverflow].
func (a Amount) Sub(b Amount) (Amount, error) {
	if a.currency != b.currency {
		return Amount{}, mismatch(a, b)
	}
	if (b.minor < 0 && a.minor > math.MaxInt64+b.minor) || (b.minor > 0 && a.minor < math.MinInt64+b.minor) {
		return Amount{}, overflow("%s minus %s", a, b)
	}
	return Amount{minor: a.minor - b.minor, currency: a.currency}, nil
}

// Mul returns a times n, as for a quantity of a unit price. The error matches
// [ErrOverflow].
func (a Amount) Mul(n int64) (Amount, error) {
	high, low := bits.Mul64(magnitudeOf(a.minor), magnitudeOf(n))
	minor, ok := signed(low, (a.minor < 0) != (n < 0))
	if high != 0 || !ok {
		return Amount{}, overflow("%s times %d", a, n)
	}
	return Amount{minor: minor, currency: a.currency}, nil
}

// Neg returns -a. The error matches [ErrOverflow], for the one amount without a
// counterpart: math.MinInt64 minor units.
func (a Amount) Neg() (Amount, error) {
	if a.minor == math.MinInt64 {
		return Amount{}, overflow("minus %s", a)
	}
	return Amount{minor: -a.minor, currency: a.currency}, nil
}

// Cmp returns -1 when a is less than b, 0 when they are equal and 1 when a is
// more. The error matches [ErrCurrencyMismatch].
func (a Amount) Cmp(b Amount) (int, error) {
	if a.currency != b.currency {
		return 0, mismatch(a, b)
	}
	return cmp.Compare(a.minor, b.minor), nil
}

func mismatch(a, b Amount) error {
	return fmt.Errorf("%w: %s and %s: convert one of them in your own code first", ErrCurrencyMismatch, a, b)
}

func overflow(operation string, operands ...any) error {
	return fmt.Errorf("%w: %s does not fit in an int64 of minor units: check the operands", ErrOverflow, fmt.Sprintf(operation, operands...))
}
