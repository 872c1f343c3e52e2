// Command everything uses both gateways and their events.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func main() {
	fmt.Println(serve(context.Background(), os.Args[1]))
}

func serve(ctx context.Context, key string) error {
	client, err := vora.New(key, sdk.WithLimiter(ratelimit.New()))
	if err != nil {
		return err
	}
	shop, err := visionscope.New(key)
	if err != nil {
		return err
	}
	created, err := client.CreateSession(ctx, vora.SessionParams{Amount: money.Minor(1499, "USD")})
	if err != nil {
		return err
	}
	checkout, err := shop.CreateCheckout(ctx, visionscope.CheckoutParams{Amount: money.MustParse("10.00", "EUR"), WebhookSecret: visionscope.NewWebhookSecret()})
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode([]any{created, checkout}); err != nil {
		return err
	}
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(key)})
	if err != nil {
		return err
	}
	var state orders.State
	handler, err := webhooks.NewHandler(webhooks.Any(webhooks.Vora(keys), webhooks.VoraV2(keys), webhooks.VisionScope(keys)), func(_ context.Context, event webhooks.Event) error {
		var changed orders.Transition
		state, changed = orders.Apply(state, event)
		fmt.Println(state, changed)
		return nil
	})
	if err != nil {
		return err
	}
	return http.ListenAndServe("127.0.0.1:0", handler)
}
