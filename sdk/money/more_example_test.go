package money_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func ExampleMustParse() {
	fmt.Println(money.MustParse("10.00", "EUR").Minor()) // for constants; a malformed one panics
	// Output: 1000
}

func ExampleAmount_Sub() {
	paid, refunded := money.Minor(1499, "EUR"), money.Minor(500, "EUR")
	rest, err := paid.Sub(refunded)
	fmt.Println(rest, err)

	_, err = paid.Sub(money.Minor(500, "USD"))
	fmt.Println(errors.Is(err, money.ErrCurrencyMismatch))
	// Output:
	// 9.99 EUR <nil>
	// true
}

func ExampleAmount_Mul() {
	line, err := money.Minor(1499, "EUR").Mul(3)
	fmt.Println(line, err)

	_, err = money.Minor(math.MaxInt64, "EUR").Mul(2)
	fmt.Println(errors.Is(err, money.ErrOverflow))
	// Output:
	// 44.97 EUR <nil>
	// true
}

func ExampleAmount_Neg() {
	refund, err := money.Minor(1499, "EUR").Neg()
	fmt.Println(refund, refund.Sign(), err)
	// Output: -14.99 EUR -1 <nil>
}

func ExampleAmount_Cmp() {
	limit := money.Minor(100_00, "EUR")
	order, err := money.Minor(149_99, "EUR").Cmp(limit)
	fmt.Println(order > 0, err)
	// Output: true <nil>
}

func ExampleAmount_MarshalJSON() {
	text, err := json.Marshal(money.Minor(1499, "USD"))
	fmt.Println(string(text), err)
	// Output: {"minor":1499,"currency":"USD"} <nil>
}

func ExampleAmount_UnmarshalJSON() {
	var amount money.Amount
	fmt.Println(json.Unmarshal([]byte(`{"minor":1499,"currency":"USD"}`), &amount), amount)
	fmt.Println(json.Unmarshal([]byte(`{"minor":14.99,"currency":"USD"}`), &amount) != nil)
	// Output:
	// <nil> 14.99 USD
	// true
}

func ExampleAmount_LogValue() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	logger.Info("paid", "amount", money.Minor(1499, "USD"))
	// Output: level=INFO msg=paid amount.minor=1499 amount.currency=USD
}

func ExampleCurrency_Exponent() {
	for _, currency := range []money.Currency{"EUR", "JPY", "KWD", "XAU", "eur"} {
		exponent, err := currency.Exponent()
		fmt.Println(currency, exponent, currency.Valid(), errors.Is(err, money.ErrUnknownCurrency))
	}
	// Output:
	// EUR 2 true false
	// JPY 0 true false
	// KWD 3 true false
	// XAU 0 false true
	// eur 0 false true
}
