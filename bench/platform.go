package main

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// finding verifies deliveries of one tenant after the other, among few and among many.
func finding(ctx context.Context) (*contest, error) {
	c := &contest{name: "platform, a delivery finds its tenant", about: "One endpoint verifies the deliveries of all tenants, each signed with its own key; the floor is an endpoint with one key."}
	body := voraV1Event(300)
	one := webhooks.Vora(keys(apiKey))
	header := webhookstest.Vora(apiKey, body).Header
	c.entrants = []entrant{{name: "floor: one key", do: func(int) error {
		_, err := one.Verify(ctx, header, body)
		return err
	}}}
	for _, size := range []struct {
		tenants int
		goal    string
	}{{10, ""}, {10_000, ""}} {
		directory, deliveries, err := populated(ctx, size.tenants)
		if err != nil {
			return c, err
		}
		verifier, next := directory.Verifier(), new(atomic.Int64)
		c.entrants = append(c.entrants, entrant{name: fmt.Sprintf("hostedpay, %d tenants", size.tenants), goal: size.goal, do: func(int) error {
			d := deliveries[int(next.Add(1))%len(deliveries)]
			event, err := verifier.Verify(ctx, d.header, d.body)
			if err == nil && tenants.Of(event) != d.tenant {
				err = fmt.Errorf("an event of %s came to %s", d.tenant, tenants.Of(event))
			}
			return err
		}})
	}
	return c, nil
}

// signed is a delivery of a tenant.
type signed struct {
	tenant string
	header http.Header
	body   []byte
}

// populated is a directory of so many tenants, with a delivery for each.
func populated(ctx context.Context, n int) (*tenants.Directory, []signed, error) {
	directory, err := tenants.NewDirectory(tenants.NewMemoryStore(), tenants.WithSize(n))
	if err != nil {
		return nil, nil, err
	}
	deliveries := make([]signed, n)
	for i := range deliveries {
		id := fmt.Sprintf("tenant-%05d", i)
		key := fmt.Sprintf("vp_sk_test_bench%05d", i)
		merchant := fmt.Sprintf("mer_bench%05d", i)
		if err := directory.Add(ctx, tenants.Tenant{
			ID: id, Gateway: sdk.GatewayVora, MerchantID: merchant,
			Credentials: tenants.Credentials{tenants.VoraAPIKey: {Current: sdk.NewSecret(key)}},
		}); err != nil {
			return nil, nil, err
		}
		body := webhookstest.SessionSucceeded(webhookstest.Set("merchantId", merchant))
		deliveries[i] = signed{id, webhookstest.Vora(key, body).Header, body}
	}
	return directory, deliveries, nil
}

// charging makes charges, and the floor sessions.
func charging(ctx context.Context) (*contest, error) {
	c := &contest{name: "platform, a charge", about: "A charge is stored in memory, its session created, and its page stored; the floor is hostedpay's create alone."}
	client, err := vora.New(apiKey, sdk.WithHTTPClient(&http.Client{Transport: gateway{new(atomic.Uint32)}}))
	if err != nil {
		return nil, err
	}
	book, err := charges.New("bench", charges.NewMemoryStore(), func(context.Context, string) (platform.Gateway, error) {
		return platform.NewVora(client), nil
	})
	if err != nil {
		return nil, err
	}
	amount, orders := money.Minor(1499, "USD"), new(atomic.Int64)
	c.entrants = []entrant{{name: "floor: a session", do: func(int) error {
		order := fmt.Sprint("session-", orders.Add(1))
		_, err := client.CreateSession(ctx, vora.SessionParams{Amount: amount, SuccessURL: "https://shop.example.com/thanks"}, sdk.WithIdempotencyKey(order))
		return err
	}}, {name: "hostedpay, a charge", do: func(int) error {
		charge, err := book.Pay(ctx, "acme", fmt.Sprint("order-", orders.Add(1)), platform.Purchase{Amount: amount, ReturnURL: "https://shop.example.com/thanks"})
		if err == nil && charge.Status() != platform.StatusPending {
			err = fmt.Errorf("the charge is %s", charge.Status())
		}
		return err
	}}}
	return c, nil
}
