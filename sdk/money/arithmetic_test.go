package money_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func eur(minor int64) money.Amount { return money.Minor(minor, "EUR") }

func TestAddAndSub(t *testing.T) {
	t.Parallel()

	const lowest, highest = math.MinInt64, math.MaxInt64
	tests := map[string]struct {
		a, b     int64
		sum      int64
		sumError error
		dif      int64
		difError error
	}{
		"plain":             {a: 1000, b: 250, sum: 1250, dif: 750},
		"negative":          {a: -1000, b: 250, sum: -750, dif: -1250},
		"nothing":           {a: 7, b: 0, sum: 7, dif: 7},
		"highest and one":   {a: highest, b: 1, sumError: money.ErrOverflow, dif: highest - 1},
		"highest and minus": {a: highest, b: -1, sum: highest - 1, difError: money.ErrOverflow},
		"lowest and one":    {a: lowest, b: 1, sum: lowest + 1, difError: money.ErrOverflow},
		"lowest and minus":  {a: lowest, b: -1, sumError: money.ErrOverflow, dif: lowest + 1},
		"just fits":         {a: highest - 1, b: 1, sum: highest, dif: highest - 2},
		"just fits, lowest": {a: lowest + 1, b: -1, sum: lowest, dif: lowest + 2},
		"less one, lowest":  {a: lowest + 1, b: 1, sum: lowest + 2, dif: lowest},
		"less minus one":    {a: highest - 1, b: -1, sum: highest - 2, dif: highest},
		"lowest twice":      {a: lowest, b: lowest, sumError: money.ErrOverflow, dif: 0},
		"highest twice":     {a: highest, b: highest, sumError: money.ErrOverflow, dif: 0},
		"both ends":         {a: lowest, b: highest, sum: -1, difError: money.ErrOverflow},
		"nothing, lowest":   {a: 0, b: lowest, sum: lowest, difError: money.ErrOverflow},
		"minus one, lowest": {a: -1, b: lowest, sumError: money.ErrOverflow, dif: highest},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sum, err := eur(test.a).Add(eur(test.b))
			requireAmount(t, test.sum, test.sumError, sum, err)
			dif, err := eur(test.a).Sub(eur(test.b))
			requireAmount(t, test.dif, test.difError, dif, err)
		})
	}
}

func TestMul(t *testing.T) {
	t.Parallel()

	const lowest, highest = math.MinInt64, math.MaxInt64
	tests := map[string]struct {
		a, n    int64
		product int64
		target  error
	}{
		"plain":               {a: 1499, n: 3, product: 4497},
		"negative price":      {a: -1499, n: 3, product: -4497},
		"negative quantity":   {a: 1499, n: -3, product: -4497},
		"both negative":       {a: -1499, n: -3, product: 4497},
		"none":                {a: 1499, n: 0, product: 0},
		"none, negative":      {a: -1499, n: 0, product: 0},
		"lowest once":         {a: lowest, n: 1, product: lowest},
		"once lowest":         {a: 1, n: lowest, product: lowest},
		"half of lowest":      {a: lowest / 2, n: 2, product: lowest},
		"lowest, minus one":   {a: lowest, n: -1, target: money.ErrOverflow},
		"minus one, lowest":   {a: -1, n: lowest, target: money.ErrOverflow},
		"highest, minus one":  {a: highest, n: -1, product: -highest},
		"highest twice":       {a: highest, n: 2, target: money.ErrOverflow},
		"past 64 bits":        {a: 1 << 40, n: 1 << 40, target: money.ErrOverflow},
		"exactly 64 bits":     {a: 1 << 32, n: 1 << 32, target: money.ErrOverflow},
		"lowest times lowest": {a: lowest, n: lowest, target: money.ErrOverflow},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			product, err := eur(test.a).Mul(test.n)
			requireAmount(t, test.product, test.target, product, err)
		})
	}
}

func TestNeg(t *testing.T) {
	t.Parallel()

	for _, minor := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64 + 1} {
		negated, err := eur(minor).Neg()
		requireAmount(t, -minor, nil, negated, err)
	}
	negated, err := eur(math.MinInt64).Neg()
	requireAmount(t, 0, money.ErrOverflow, negated, err)
}

func TestCmp(t *testing.T) {
	t.Parallel()

	tests := []struct {
		a, b int64
		want int
	}{
		{1, 2, -1},
		{2, 2, 0},
		{3, 2, 1},
		{math.MinInt64, math.MaxInt64, -1},
		{math.MaxInt64, math.MinInt64, 1},
	}
	for _, test := range tests {
		got, err := eur(test.a).Cmp(eur(test.b))
		require.NoError(t, err)
		require.Equal(t, test.want, got, "%d and %d", test.a, test.b)
	}
}

func TestArithmeticRefusesTwoCurrencies(t *testing.T) {
	t.Parallel()

	others := []money.Amount{money.Minor(5, "USD"), money.Minor(5, "ZZZ"), {}}
	for _, other := range others {
		_, err := eur(5).Add(other)
		require.ErrorIs(t, err, money.ErrCurrencyMismatch)
		_, err = other.Sub(eur(5))
		require.ErrorIs(t, err, money.ErrCurrencyMismatch)
		_, err = eur(5).Cmp(other)
		require.ErrorIs(t, err, money.ErrCurrencyMismatch)
	}

	_, err := eur(500).Add(money.Minor(700, "USD"))
	require.EqualError(t, err, "money: currencies differ: 5.00 EUR and 7.00 USD: convert one of them in your own code first")
}

func TestArithmeticNeedsNoExponent(t *testing.T) {
	t.Parallel()

	unlisted := money.Minor(5, "ZZZ")
	sum, err := unlisted.Add(unlisted)
	require.NoError(t, err)
	require.Equal(t, money.Minor(10, "ZZZ"), sum)
}

func TestOverflowNamesTheOperation(t *testing.T) {
	t.Parallel()

	_, err := money.Minor(math.MaxInt64, "JPY").Mul(2)
	require.EqualError(t, err, "money: out of range: 9223372036854775807 JPY times 2 does not fit in an int64 of minor units: check the operands")
}

func requireAmount(t *testing.T, minor int64, target error, got money.Amount, err error) {
	t.Helper()
	if target != nil {
		require.ErrorIs(t, err, target)
		require.Equal(t, money.Amount{}, got)
		return
	}
	require.NoError(t, err)
	require.Equal(t, eur(minor), got)
}
