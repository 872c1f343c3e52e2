package visionscope_test

import (
	"testing"

	gen "github.com/hostedpay/hostedpay-go/gen/visionscope"
	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// carried has every schema of the contract that a program of ours meets.
func carried() map[string]contracttest.Carrier {
	status := map[string]string{"Status": "always the same, which the type says"}
	return map[string]contracttest.Carrier{
		"CreateCheckoutRequest": contracttest.Carries(gen.CreateCheckoutRequest{}, visionscope.CheckoutParams{}, map[string]string{"Currency": "Amount"}, nil),
		"CreatedCheckout":       contracttest.Carries(gen.CreatedCheckout{}, visionscope.CreatedCheckout{}, map[string]string{"SessionID": "ID"}, nil),
		"Error":                 contracttest.Carries(gen.Error{}, sdk.Error{}, map[string]string{"Error": "Message"}, nil),
		"PaymentSuccessEvent": contracttest.Carries(gen.PaymentSuccessEvent{}, webhooks.PaymentSucceeded{},
			map[string]string{"Event": "Type", "Currency": "Amount", "PaidAt": "Time"}, status),
		"PaymentFailedEvent": contracttest.Carries(gen.PaymentFailedEvent{}, webhooks.PaymentFailed{},
			map[string]string{"Event": "Type", "Currency": "Amount", "FailedAt": "Time"}, status),
	}
}

// notCarried are the schemas that no handwritten struct stands for.
func notCarried() map[string]string {
	return map[string]string{
		"CreateCheckoutResult": "an envelope: its data is carried, and success:false is an error",
		"PaymentEvent":         "a choice between two that are carried",
		"EventReceipt":         "what a webhook handler answers",
		"EventRefusal":         "what a webhook handler answers",
	}
}

func TestTheContractIsCarried(t *testing.T) {
	t.Parallel()
	contracttest.VisionScope(t).Carried(carried(), notCarried())
}
