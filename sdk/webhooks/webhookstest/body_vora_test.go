package webhookstest_test

import "github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"

var _ = ready(append(webhookstest.VoraV1Bodies(), webhookstest.VoraV2Event("payout.paid", nil))...)
