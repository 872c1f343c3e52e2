package money_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func TestJSONBothWays(t *testing.T) {
	t.Parallel()

	tests := []struct {
		amount money.Amount
		text   string
	}{
		{money.Minor(1499, "USD"), `{"minor":1499,"currency":"USD"}`},
		{money.Minor(-5, "EUR"), `{"minor":-5,"currency":"EUR"}`},
		{money.Minor(0, "JPY"), `{"minor":0,"currency":"JPY"}`},
		{money.Minor(math.MinInt64, "KWD"), `{"minor":-9223372036854775808,"currency":"KWD"}`},
		{money.Minor(math.MaxInt64, "KWD"), `{"minor":9223372036854775807,"currency":"KWD"}`},
		// Newer than the list, perhaps: it must survive being stored.
		{money.Minor(1499, "ZZZ"), `{"minor":1499,"currency":"ZZZ"}`},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			text, err := json.Marshal(test.amount)
			require.NoError(t, err)
			require.Equal(t, test.text, string(text))

			var amount money.Amount
			require.NoError(t, json.Unmarshal(text, &amount))
			require.Equal(t, test.amount, amount)
		})
	}
}

func TestMarshalJSONRefuses(t *testing.T) {
	t.Parallel()

	for _, currency := range []money.Currency{"", "usd", "uSD", "US[", "EURO", "A\"B"} { // with an amount, which the zero value has not
		_, err := json.Marshal(money.Minor(1499, currency))
		require.ErrorIs(t, err, money.ErrUnknownCurrency, "%q", string(currency))
	}
}

func TestUnmarshalJSONAccepts(t *testing.T) {
	t.Parallel()

	want := money.Minor(1499, "USD")
	for _, text := range []string{
		`{"currency":"USD","minor":1499}`,
		" {\n\t\"minor\" : 1499 , \"currency\" : \"USD\" } ",
		`{"\u006dinor":1499,"currency":"US\u0044"}`, // other spellings of the same JSON
	} {
		var amount money.Amount
		require.NoError(t, amount.UnmarshalJSON([]byte(text)), text)
		require.Equal(t, want, amount, text)
	}
}

func TestUnmarshalJSONRefuses(t *testing.T) {
	t.Parallel()

	tests := []struct {
		text   string
		target error
	}{
		{``, money.ErrSyntax},
		{`{`, money.ErrSyntax},
		{`{"minor":1499,"currency":"USD"`, money.ErrSyntax},
		{`{"minor":1499,"currency":"USD",}`, money.ErrSyntax},
		{`{"minor":1499,"currency":"USD"}{}`, money.ErrSyntax},
		{`{"minor":1499,"currency":"USD"} x`, money.ErrSyntax},
		{`{"minor":01,"currency":"USD"}`, money.ErrSyntax},

		{`1499`, money.ErrSyntax},
		{`"14.99 USD"`, money.ErrSyntax},
		{`[1499,"USD"]`, money.ErrSyntax},
		{`["minor",1499,"currency","USD"]`, money.ErrSyntax},

		{`{}`, money.ErrSyntax},
		{`{"minor":1499}`, money.ErrSyntax},
		{`{"currency":"USD"}`, money.ErrSyntax},
		{`{"minor":1499,"currency":"USD","exponent":2}`, money.ErrSyntax},
		{`{"minor":1499,"minor":1499,"currency":"USD"}`, money.ErrSyntax},
		{`{"minor":1499,"currency":"USD","currency":"USD"}`, money.ErrSyntax},
		{`{"Minor":1499,"currency":"USD"}`, money.ErrSyntax},
		{`{"minor":1499,"CURRENCY":"USD"}`, money.ErrSyntax},

		{`{"minor":null,"currency":"USD"}`, money.ErrSyntax},
		{`{"minor":"1499","currency":"USD"}`, money.ErrSyntax},
		{`{"minor":14.99,"currency":"USD"}`, money.ErrSyntax},
		{`{"minor":1499.0,"currency":"USD"}`, money.ErrSyntax},
		{`{"minor":1e3,"currency":"USD"}`, money.ErrSyntax},
		{`{"minor":{"minor":1},"currency":"USD"}`, money.ErrSyntax},
		{`{"minor":[],"currency":"USD"}`, money.ErrSyntax},
		{`{"minor":9223372036854775808,"currency":"USD"}`, money.ErrOverflow},
		{`{"minor":-9223372036854775809,"currency":"USD"}`, money.ErrOverflow},

		{`{"minor":1499,"currency":null}`, money.ErrSyntax},
		{`{"minor":1499,"currency":840}`, money.ErrSyntax},
		{`{"minor":1499,"currency":{}}`, money.ErrSyntax},
		{`{"minor":1499,"currency":""}`, money.ErrUnknownCurrency},
		{`{"minor":1499,"currency":"usd"}`, money.ErrUnknownCurrency},
		{`{"minor":1499,"currency":"USD "}`, money.ErrUnknownCurrency},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			before := money.Minor(7, "EUR")
			amount := before
			require.ErrorIs(t, amount.UnmarshalJSON([]byte(test.text)), test.target)
			require.Equal(t, before, amount, "a rejected value must change nothing")
		})
	}
}

func TestUnmarshalJSONInsideADocument(t *testing.T) {
	t.Parallel()

	var order struct {
		Total    money.Amount  `json:"total"`
		Discount *money.Amount `json:"discount"`
	}
	require.NoError(t, json.Unmarshal([]byte(`{"total":{"minor":1499,"currency":"USD"},"discount":null}`), &order))
	require.Equal(t, money.Minor(1499, "USD"), order.Total)
	require.Nil(t, order.Discount)

	require.NoError(t, json.Unmarshal([]byte(`{"total":null}`), &order))
	require.Equal(t, money.Amount{}, order.Total)
}
