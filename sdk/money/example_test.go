package money_test

import (
	"errors"
	"fmt"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func ExampleMinor() {
	price := money.Minor(1499, "USD")
	fmt.Println(price)
	fmt.Println(money.Minor(1499, "JPY"))
	// Output:
	// 14.99 USD
	// 1499 JPY
}

func ExampleParse() {
	amount, err := money.Parse("10.00", "EUR")
	fmt.Println(amount.Minor(), err)

	_, err = money.Parse("10.001", "EUR")
	fmt.Println(errors.Is(err, money.ErrPrecision))
	fmt.Println(err)
	// Output:
	// 1000 <nil>
	// true
	// money: too precise: 10.001 has more digits than EUR carries (2): round it in your own code first
}

func ExampleAmount_Major() {
	for _, currency := range []money.Currency{"EUR", "JPY", "KWD"} {
		major, err := money.Minor(1250, currency).Major()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(major, currency)
	}
	// Output:
	// 12.50 EUR
	// 1250 JPY
	// 1.250 KWD
}

func ExampleAmount_Add() {
	total := money.Minor(0, "EUR")
	for _, line := range []money.Amount{money.Minor(1499, "EUR"), money.Minor(501, "EUR")} {
		var err error
		if total, err = total.Add(line); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(total)
	// Output: 20.00 EUR
}
