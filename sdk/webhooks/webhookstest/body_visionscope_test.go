package webhookstest_test

import "github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"

var _ = ready(webhookstest.PaymentSucceeded(), webhookstest.PaymentFailed())
