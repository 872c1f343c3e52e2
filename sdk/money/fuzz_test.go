package money_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func FuzzParse(f *testing.F) {
	for _, major := range []string{"10.00", "-0.05", "1e1", "10.001", "1e-2", "0e9", "1e999999999", "92233720368547758.07", "-92233720368547758.08", "010", "1.", ""} {
		for _, currency := range []string{"EUR", "JPY", "KWD", "CLF", "XAU"} {
			f.Add(major, currency)
		}
	}
	f.Fuzz(func(t *testing.T, major, code string) {
		currency := money.Currency(code)
		amount, err := money.Parse(major, currency)
		places, unknown := currency.Exponent()
		if unknown != nil {
			require.ErrorIs(t, err, money.ErrUnknownCurrency)
			return
		}
		if !isJSONNumber(major) {
			require.ErrorIs(t, err, money.ErrSyntax)
			return
		}
		if err == nil {
			text, err := amount.Major()
			require.NoError(t, err)
			back, err := money.Parse(text, currency)
			require.NoError(t, err)
			require.Equal(t, amount, back)
		}
		if exact, ok := exactMinor(major, places); ok {
			requireExact(t, exact, amount, err)
		}
	})
}

// isJSONNumber asks the standard library, which takes white space around a
// value as well.
func isJSONNumber(text string) bool {
	return json.Valid([]byte(text)) && strings.Trim(text, "0123456789+-.eE") == ""
}

// exactMinor works the minor units out in arbitrary precision. It declines
// numbers that would take the machine's memory.
func exactMinor(major string, places int) (exact *big.Rat, ok bool) {
	const longestText, longestExponent = 200, 3
	if _, exponent, found := strings.Cut(strings.ToLower(major), "e"); found && len(exponent) > longestExponent {
		return nil, false
	}
	if len(major) > longestText {
		return nil, false
	}
	exact, ok = new(big.Rat).SetString(major)
	if !ok {
		return nil, false
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	return exact.Mul(exact, new(big.Rat).SetInt(scale)), true
}

func requireExact(t *testing.T, exact *big.Rat, amount money.Amount, err error) {
	t.Helper()
	switch {
	case exact.IsInt() && exact.Num().IsInt64():
		require.NoError(t, err)
		require.Equal(t, exact.Num().Int64(), amount.Minor())
	case exact.IsInt():
		require.ErrorIs(t, err, money.ErrOverflow)
	default:
		// Too large and too precise at once may be reported as either.
		require.Error(t, err)
	}
}

func FuzzUnmarshalJSON(f *testing.F) {
	for _, text := range []string{
		`{"minor":1499,"currency":"USD"}`,
		`{"currency":"JPY","minor":-5}`,
		`{"minor":9223372036854775808,"currency":"USD"}`,
		`{"minor":1,"minor":1,"currency":"USD"}`,
		`{"minor":{},"currency":[]}`,
		`{"minor":1499}`,
		`null`,
		``,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var amount money.Amount
		if err := amount.UnmarshalJSON(text); err != nil {
			require.Equal(t, money.Amount{}, amount)
			return
		}
		require.True(t, json.Valid(text))

		// The standard library's own reading, loose as it is, must agree.
		var loose struct {
			Minor    int64  `json:"minor"`
			Currency string `json:"currency"`
		}
		require.NoError(t, json.Unmarshal(text, &loose))
		require.Equal(t, money.Minor(loose.Minor, money.Currency(loose.Currency)), amount)

		written, err := amount.MarshalJSON()
		require.NoError(t, err)
		var back money.Amount
		require.NoError(t, back.UnmarshalJSON(written))
		require.Equal(t, amount, back)
	})
}
