package ratelimit_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// One limiter for all tenants of a platform, because they share the address that their calls go out
// from.
func ExampleNew() {
	limiter := ratelimit.New()
	for _, key := range []string{"vp_sk_test_acme", "vp_sk_test_brightline", "vp_sk_test_cobalt"} {
		client, err := vora.New(key, sdk.WithLimiter(limiter))
		fmt.Println(client, err)
	}
	// Output:
	// vora.Client(vp_sk_test_… at checkout.vonpay.com) <nil>
	// vora.Client(vp_sk_test_… at checkout.vonpay.com) <nil>
	// vora.Client(vp_sk_test_… at checkout.vonpay.com) <nil>
}

// The clients ask a limiter before every attempt. It can be asked directly too, for calls that are
// made without them.
func ExampleLimiter_Wait() {
	limiter := ratelimit.New()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for n := 1; n <= 11; n++ {
		err := limiter.Wait(ctx, sdk.LimitedCall{Gateway: sdk.GatewayVora, Operation: "shop.Create", Kind: sdk.LimitCreate})
		var e *sdk.Error
		if errors.As(err, &e) { // at once, because there is no room within 5 s
			fmt.Println(n, e.Code, e.RetryAfter > 5*time.Second)
		}
	}
	// Output: 11 rate_limit_exceeded true
}
