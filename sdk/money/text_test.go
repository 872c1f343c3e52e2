package money_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func TestMajor(t *testing.T) {
	t.Parallel()

	tests := []struct {
		amount money.Amount
		major  string
	}{
		{money.Minor(1000, "EUR"), "10.00"},
		{money.Minor(100, "EUR"), "1.00"},
		{money.Minor(99, "EUR"), "0.99"},
		{money.Minor(5, "EUR"), "0.05"},
		{money.Minor(-5, "EUR"), "-0.05"},
		{money.Minor(0, "EUR"), "0.00"},
		{money.Minor(1000, "JPY"), "1000"},
		{money.Minor(0, "JPY"), "0"},
		{money.Minor(-1, "JPY"), "-1"},
		{money.Minor(1250, "KWD"), "1.250"},
		{money.Minor(-1, "KWD"), "-0.001"},
		{money.Minor(1, "CLF"), "0.0001"},
		{money.Minor(math.MaxInt64, "EUR"), "92233720368547758.07"},
		{money.Minor(math.MinInt64, "EUR"), "-92233720368547758.08"},
		{money.Minor(math.MinInt64, "JPY"), "-9223372036854775808"},
		{money.Minor(math.MinInt64, "CLF"), "-922337203685477.5808"},
	}
	for _, test := range tests {
		t.Run(test.major+" "+string(test.amount.Currency()), func(t *testing.T) {
			t.Parallel()
			major, err := test.amount.Major()
			require.NoError(t, err)
			require.Equal(t, test.major, major)
			require.Equal(t, test.amount, money.MustParse(major, test.amount.Currency()))
		})
	}
}

func TestMajorReadsBackInEveryCurrency(t *testing.T) {
	t.Parallel()

	minors := []int64{0, 1, -1, 9, 10, 99, 100, 12345, -98765, math.MinInt64, math.MaxInt64}
	for _, row := range readTable(t, "iso4217.csv") {
		currency := money.Currency(row[0])
		if !currency.Valid() {
			continue
		}
		for _, minor := range minors {
			amount := money.Minor(minor, currency)
			major, err := amount.Major()
			require.NoError(t, err)
			back, err := money.Parse(major, currency)
			require.NoError(t, err)
			require.Equal(t, amount, back)
		}
	}
}

func TestMajorRefusesUnknownCurrencies(t *testing.T) {
	t.Parallel()

	for _, currency := range []money.Currency{"", "ZZZ", "XAU", "eur"} {
		major, err := money.Minor(1499, currency).Major()
		require.ErrorIs(t, err, money.ErrUnknownCurrency)
		require.Empty(t, major)
	}
}

func TestString(t *testing.T) {
	t.Parallel()

	tests := []struct {
		amount money.Amount
		text   string
	}{
		{money.Minor(1000, "EUR"), "10.00 EUR"},
		{money.Minor(-5, "EUR"), "-0.05 EUR"},
		{money.Minor(0, "JPY"), "0 JPY"},
		{money.Minor(1499, "ZZZ"), "1499 minor units of ZZZ"},
		{money.Minor(math.MinInt64, "XAU"), "-9223372036854775808 minor units of XAU"},
		{money.Minor(1499, ""), "1499 minor units of no currency"},
		{money.Minor(1, "A\nB"), `1 minor units of "A\nB"`},
		{money.Amount{}, "no amount"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.text, test.amount.String())
			require.Equal(t, test.text, fmt.Sprint(test.amount))
		})
	}
}
