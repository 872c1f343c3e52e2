package sdk_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

func ExampleError() {
	// What a client returned.
	var err error = &sdk.Error{
		Operation: "vora.CreateSession", Status: 429, Code: sdk.CodeRateLimitExceeded,
		Message: "Too many requests from this address", RequestID: "req_7Yh2kQ9wLp", RetryAfter: 30 * time.Second,
	}
	err = fmt.Errorf("charge order-789012: %w", err)

	var e *sdk.Error
	switch {
	case errors.Is(err, sdk.CodeSessionExpired):
		fmt.Println("create another session")
	case errors.Is(err, sdk.FamilyAuth):
		fmt.Println("look at the key")
	case errors.As(err, &e) && e.Retryable():
		fmt.Println(e.NextAction(), e.RetryAfter)
		fmt.Println(e.Hint())
	}
	// Output:
	// wait_and_retry 30s
	// Wait as long as Retry-After says; spread the requests of all tenants.
}

func ExampleSecret() {
	key := sdk.NewSecret("vp_sk_test_x7Kq2nP9wT4")
	fmt.Println(key)
	fmt.Printf("%+v\n", struct{ Key sdk.Secret }{key})
	fmt.Println(len(key.Reveal()))
	// Output:
	// [redacted]
	// {Key:[redacted]}
	// 22
}
