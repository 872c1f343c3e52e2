package orders_test

import (
	"context"
	"fmt"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func ExampleApply() {
	const apiKey = "vp_sk_test_example"
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(apiKey)})
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier := webhooks.Vora(keys)
	state := orders.State{Expected: money.Minor(1499, "USD")}
	refund, paid := webhookstest.RefundCreated(), webhookstest.SessionSucceeded()
	for _, body := range [][]byte{refund, paid, refund} { // the refund is there before the payment, and once more
		event, err := verifier.Verify(context.Background(), webhookstest.Vora(apiKey, body).Header, body)
		if err != nil {
			fmt.Println(err)
			return
		}
		var transition orders.Transition
		state, transition = orders.Apply(state, event)
		fmt.Printf("%q: paid %s, refunded %s; became paid: %t\n", state.Status, state.Paid, state.Refunded, transition.BecamePaid())
	}
	// Output:
	// "": paid no amount, refunded no amount; became paid: false
	// "partially_refunded": paid 14.99 USD, refunded 5.00 USD; became paid: true
	// "partially_refunded": paid 14.99 USD, refunded 5.00 USD; became paid: false
}
