package redisstore_test

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/hostedpay/hostedpay-go/redisstore"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func ExampleNew() {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379", ContextTimeoutEnabled: true})
	defer func() { _ = client.Close() }()
	store, err := redisstore.New(client, redisstore.WithPrefix("acme:webhooks:"))
	if err != nil {
		fmt.Println(err)
		return
	}
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret("vp_sk_test_example")})
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := webhooks.NewHandler(webhooks.Vora(keys), func(_ context.Context, event webhooks.Event) error {
		fmt.Println("a", event.Info().Type)
		return nil
	}, webhooks.WithStore(store))
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = handler // http.Handle("POST /webhooks/vora", handler)
	// Output:
}

func ExampleNewCounter() {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379", ContextTimeoutEnabled: true})
	defer func() { _ = client.Close() }()
	counter, err := redisstore.NewCounter(client, redisstore.WithCounterPrefix("acme:limits:"))
	if err != nil {
		fmt.Println(err)
		return
	}
	limiter, err := ratelimit.NewShared(counter, 3) // of 3 processes
	if err != nil {
		fmt.Println(err)
		return
	}
	shop, err := vora.New("vp_sk_test_acme", sdk.WithLimiter(limiter))
	fmt.Println(shop, err)
	// Output: vora.Client(vp_sk_test_… at checkout.vonpay.com) <nil>
}
