package money_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func TestParseAccepts(t *testing.T) {
	t.Parallel()

	zeros := strings.Repeat("0", 100)
	tests := []struct {
		major    string
		currency money.Currency
		minor    int64
	}{
		{"10", "EUR", 1000},
		{"10.0", "EUR", 1000},
		{"10.00", "EUR", 1000},
		{"10.000", "EUR", 1000},
		{"10." + zeros, "EUR", 1000},
		{"0.05", "EUR", 5},
		{"-0.05", "EUR", -5},
		{"0", "EUR", 0},
		{"-0", "EUR", 0},
		{"-0.00", "EUR", 0},
		{"14.99", "USD", 1499},

		{"1000", "JPY", 1000},
		{"1000.00", "JPY", 1000},
		{"1.250", "KWD", 1250},
		{"1.25", "KWD", 1250},
		{"0.0001", "CLF", 1},

		{"1e1", "EUR", 1000},
		{"1E1", "EUR", 1000},
		{"1e+1", "EUR", 1000},
		{"1e01", "EUR", 1000},
		{"1.5e1", "EUR", 1500},
		{"1e-2", "EUR", 1},
		{"1000e-5", "EUR", 1},
		{"0.000001e4", "EUR", 1},
		{"1" + zeros + "e-100", "EUR", 100},
		{"0." + zeros + "1e101", "EUR", 100},
		{"0e999999999999999999999999", "EUR", 0},
		{"0e-999999999999999999999999", "EUR", 0},

		{"92233720368547758.07", "EUR", math.MaxInt64},
		{"-92233720368547758.08", "EUR", math.MinInt64},
		{"9223372036854775807", "JPY", math.MaxInt64},
		{"-9223372036854775808", "JPY", math.MinInt64},
		{"9223372036854775.807", "KWD", math.MaxInt64},
	}
	for _, test := range tests {
		t.Run(test.major+" "+string(test.currency), func(t *testing.T) {
			t.Parallel()
			amount, err := money.Parse(test.major, test.currency)
			require.NoError(t, err)
			require.Equal(t, money.Minor(test.minor, test.currency), amount)
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()

	tests := []struct {
		major    string
		currency money.Currency
		target   error
	}{
		{"", "EUR", money.ErrSyntax},
		{"-", "EUR", money.ErrSyntax},
		{"+10", "EUR", money.ErrSyntax},
		{"--10", "EUR", money.ErrSyntax},
		{"010", "EUR", money.ErrSyntax},
		{"00", "EUR", money.ErrSyntax},
		{".5", "EUR", money.ErrSyntax},
		{"10.", "EUR", money.ErrSyntax},
		{"10.e1", "EUR", money.ErrSyntax},
		{"1e", "EUR", money.ErrSyntax},
		{"1e+", "EUR", money.ErrSyntax},
		{"1e-+1", "EUR", money.ErrSyntax},
		{"1e1.5", "EUR", money.ErrSyntax},
		{"1.2.3", "EUR", money.ErrSyntax},
		{"10,00", "EUR", money.ErrSyntax},
		{"1,000.00", "EUR", money.ErrSyntax},
		{"1_000", "EUR", money.ErrSyntax},
		{" 10", "EUR", money.ErrSyntax},
		{"10 ", "EUR", money.ErrSyntax},
		{"10\n", "EUR", money.ErrSyntax},
		{"€10", "EUR", money.ErrSyntax},
		{"10 EUR", "EUR", money.ErrSyntax},
		{"0x10", "EUR", money.ErrSyntax},
		{"1:0", "EUR", money.ErrSyntax}, // the character after 9
		{"1/0", "EUR", money.ErrSyntax}, // and before 0
		{"NaN", "EUR", money.ErrSyntax},
		{"Inf", "EUR", money.ErrSyntax},
		{"١٠", "EUR", money.ErrSyntax}, // digits, but not JSON's

		{"10.001", "EUR", money.ErrPrecision},
		{"-10.001", "EUR", money.ErrPrecision},
		{"10.0000000000000000000000000001", "EUR", money.ErrPrecision},
		{"1000.5", "JPY", money.ErrPrecision},
		{"1.2505", "KWD", money.ErrPrecision},
		{"1e-3", "EUR", money.ErrPrecision},
		{"1e-999999999", "EUR", money.ErrPrecision},
		{"1e-999999999999999999999999", "EUR", money.ErrPrecision},
		{"1e-18446744073709551616", "EUR", money.ErrPrecision}, // 2^64

		{"92233720368547758.08", "EUR", money.ErrOverflow},
		{"-92233720368547758.09", "EUR", money.ErrOverflow},
		{"9223372036854775808", "JPY", money.ErrOverflow},
		{"92233720368547758", "KWD", money.ErrOverflow},
		{"184467440737095516.16", "EUR", money.ErrOverflow}, // 2^64 minor units
		{"1e17", "EUR", money.ErrOverflow},
		{"1e999999999", "EUR", money.ErrOverflow},
		{"1e999999999999999999999999", "EUR", money.ErrOverflow},
		{"1e18446744073709551616", "EUR", money.ErrOverflow}, // 2^64
		{strings.Repeat("9", 1000), "EUR", money.ErrOverflow},

		{"10", "", money.ErrUnknownCurrency},
		{"10", "ZZZ", money.ErrUnknownCurrency},
		{"10", "eur", money.ErrUnknownCurrency},
		{"10", "XAU", money.ErrUnknownCurrency},
	}
	for _, test := range tests {
		t.Run(test.major+" "+string(test.currency), func(t *testing.T) {
			t.Parallel()
			amount, err := money.Parse(test.major, test.currency)
			require.ErrorIs(t, err, test.target)
			require.Equal(t, money.Amount{}, amount)
		})
	}
}

func TestParseSaysWhatToDo(t *testing.T) {
	t.Parallel()

	_, err := money.Parse("10.001", "EUR")
	require.EqualError(t, err, "money: too precise: 10.001 has more digits than EUR carries (2): round it in your own code first")

	_, err = money.Parse("10,00", "EUR")
	require.EqualError(t, err, `money: malformed amount: "10,00" is not a number of major units: write it as a JSON number such as 10.00, without a currency sign, spaces or grouping`)

	_, err = money.Parse("1e999", "JPY")
	require.EqualError(t, err, "money: out of range: 1e999 JPY does not fit in an int64 of minor units: check the amount")
}

// A megabyte of input does not end in a log.
func TestErrorsShortenTheirInput(t *testing.T) {
	t.Parallel()

	_, err := money.Parse(strings.Repeat("x", 32), "EUR")
	require.ErrorContains(t, err, `: "`+strings.Repeat("x", 32)+`" is not a number`)
	_, err = money.Parse(strings.Repeat("x", 1<<20), "EUR")
	require.ErrorContains(t, err, `: "`+strings.Repeat("x", 32)+`"... is not a number`)
	_, err = money.Parse(strings.Repeat("9", 32), "JPY")
	require.ErrorContains(t, err, ": "+strings.Repeat("9", 32)+" JPY does not fit")
	_, err = money.Parse(strings.Repeat("9", 1<<20), "JPY")
	require.ErrorContains(t, err, ": "+strings.Repeat("9", 32)+"... JPY does not fit")
}

func TestMustParse(t *testing.T) {
	t.Parallel()

	require.Equal(t, money.Minor(1000, "EUR"), money.MustParse("10.00", "EUR"))
	require.Panics(t, func() { money.MustParse("10.001", "EUR") })
}
