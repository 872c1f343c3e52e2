package money_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func TestMinorKeepsWhatItIsGiven(t *testing.T) {
	t.Parallel()

	for _, minor := range []int64{0, 1499, -5, math.MinInt64, math.MaxInt64} {
		for _, currency := range []money.Currency{"USD", "ZZZ", "XAU", ""} {
			amount := money.Minor(minor, currency)
			require.Equal(t, minor, amount.Minor())
			require.Equal(t, currency, amount.Currency())
		}
	}
}

func TestAmountIsComparable(t *testing.T) {
	t.Parallel()

	amount := money.Minor(1000, "EUR")
	require.True(t, amount == money.MustParse("10", "EUR"))
	require.False(t, amount == money.Minor(1000, "USD"))
	require.False(t, amount == money.Minor(1001, "EUR"))
}

func TestNoAmountIsNotAnAmountOfNothing(t *testing.T) {
	t.Parallel()

	var none money.Amount
	nothing := money.Minor(0, "EUR")

	require.True(t, none.IsZero())
	require.False(t, nothing.IsZero())
	require.Zero(t, none.Sign())
	require.Zero(t, nothing.Sign())

	type tip struct {
		Amount money.Amount `json:"amount,omitzero"`
	}
	unset, err := json.Marshal(tip{})
	require.NoError(t, err)
	require.Equal(t, `{}`, string(unset))
	declined, err := json.Marshal(tip{Amount: nothing})
	require.NoError(t, err)
	require.Equal(t, `{"amount":{"minor":0,"currency":"EUR"}}`, string(declined))
}

func TestSign(t *testing.T) {
	t.Parallel()

	require.Equal(t, -1, money.Minor(math.MinInt64, "EUR").Sign())
	require.Equal(t, 0, money.Minor(0, "EUR").Sign())
	require.Equal(t, 1, money.Minor(1, "ZZZ").Sign())
}
