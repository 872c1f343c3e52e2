package money_test

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

var (
	_ driver.Valuer = money.Amount{}
	_ sql.Scanner   = (*money.Amount)(nil)
)

func TestColumnsBothWays(t *testing.T) {
	t.Parallel()

	for _, amount := range []money.Amount{
		{}, money.Minor(1499, "USD"), money.Minor(0, "JPY"), money.Minor(math.MinInt64, "KWD"), money.Minor(7, "BGN"), money.Minor(7, "ZZZ"),
	} {
		column, err := amount.Value()
		require.NoError(t, err)

		read := money.Minor(1, "EUR")
		require.NoError(t, read.Scan(column))
		require.Equal(t, amount, read)
		if text, ok := column.(string); ok {
			require.NoError(t, read.Scan([]byte(text)), "drivers return text as bytes, too")
			require.Equal(t, amount, read)
		}
	}
}

func TestScanReadsWhatJSONBReturns(t *testing.T) {
	t.Parallel()

	var read money.Amount
	require.NoError(t, read.Scan([]byte(`{"minor": 1499, "currency": "USD"}`)))
	require.Equal(t, money.Minor(1499, "USD"), read)
	require.NoError(t, read.Scan([]byte(`null`)), "JSON's null is no amount, like the column's")
	require.Equal(t, money.Amount{}, read)
}

func TestScanRejects(t *testing.T) {
	t.Parallel()

	for _, column := range []any{int64(1499), 14.99, true, time.Time{}, "14.99", "", []byte{}} {
		read := money.Minor(7, "EUR")
		require.ErrorIs(t, read.Scan(column), money.ErrSyntax, "%v", column)
		require.Equal(t, money.Minor(7, "EUR"), read)
	}
}

func TestValueRejectsAnAmountWithoutACurrency(t *testing.T) {
	t.Parallel()

	_, err := money.Minor(1499, "").Value()
	require.ErrorIs(t, err, money.ErrUnknownCurrency)
}

func TestNoAmountIsNull(t *testing.T) {
	t.Parallel()

	type order struct {
		Total    money.Amount `json:"total"`
		Discount money.Amount `json:"discount,omitzero"`
	}
	text, err := json.Marshal(order{})
	require.NoError(t, err)
	require.JSONEq(t, `{"total":null}`, string(text))

	read := order{Total: money.Minor(1, "EUR")}
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, order{}, read)
}
