package money_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// Results go here so that the compiler cannot drop the work being measured.
var (
	keptAmount money.Amount
	keptText   string
	keptError  error
)

// AllocsPerRun counts for the whole process, so this test is not parallel.
func TestAllocations(t *testing.T) {
	const runs = 100
	price := money.Minor(1499, "USD")

	tests := map[string]struct {
		max float64
		run func()
	}{
		"Minor": {0, func() { keptAmount = money.Minor(1499, "USD") }},
		"Add":   {0, func() { keptAmount, keptError = price.Add(price) }},
		"Parse": {0, func() { keptAmount, keptError = money.Parse("1234567.89", "USD") }},
		"Major": {1, func() { keptText, keptError = price.Major() }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.LessOrEqual(t, testing.AllocsPerRun(runs, test.run), test.max)
			require.NoError(t, keptError)
		})
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		keptAmount, keptError = money.Parse("1234567.89", "USD")
	}
}

// A huge exponent must cost no more than a short one.
func BenchmarkParseHugeExponent(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		keptAmount, keptError = money.Parse("1e999999999", "USD")
	}
}

func BenchmarkMajor(b *testing.B) {
	b.ReportAllocs()
	price := money.Minor(123456789, "USD")
	for b.Loop() {
		keptText, keptError = price.Major()
	}
}
