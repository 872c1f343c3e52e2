package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"github.com/hostedpay/hostedpay-go/examples/internal/serve"
	"github.com/hostedpay/hostedpay-go/examples/storefront/internal/shop"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// offline starts the shop and the gateways on this machine. Nothing outlives it.
func offline(ctx context.Context, settings settings, log *slog.Logger) error {
	atShop, err := serve.Listen(ctx, "listen", settings.listen)
	if err != nil {
		return err
	}
	atSandbox, err := serve.Listen(ctx, "sandbox", settings.sandbox)
	if err != nil {
		return err
	}
	shopURL, sandboxURL := "http://"+atShop.Addr().String(), "http://"+atSandbox.Addr().String()
	// Another name for the same machine, so that browsers treat shop and gateways as different
	// sites.
	pagesURL := fmt.Sprintf("http://localhost:%d", atSandbox.Addr().(*net.TCPAddr).Port)
	gateways, err := sandbox.New(
		sandbox.WithPublicURL(pagesURL),
		sandbox.WithWebhookURL(sandbox.Acme.ID, shopURL+"/webhooks/vora"),
		sandbox.WithLogger(log.With("at", "gateway")),
	)
	if err != nil {
		return err
	}
	defer gateways.Close()

	db, err := shop.OpenInMemory()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing in it outlives the program
	atVora, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(sandboxURL))
	if err != nil {
		return err
	}
	atVisionScope, err := visionscope.New(sandbox.Acme.VisionScope.APIKey, sdk.WithBaseURL(sandboxURL))
	if err != nil {
		return err
	}
	s, err := shop.New(shop.Config{
		PublicURL: shopURL, DB: db, OrderBook: true, Log: log.With("at", "shop"), VisionScope: atVisionScope,
		Vora: &shop.Vora{Client: atVora, SecretKey: sdk.NewSecret(sandbox.Acme.Vora.SecretKey), SessionSecret: sdk.NewSecret(sandbox.Acme.Vora.SessionSecret)},
	})
	if err != nil {
		return err
	}
	fmt.Printf("The shop is open: %s\nThe gateways' dashboard: %s\nBoth gateways are on this machine; no money moves. Stop with Ctrl-C.\n", shopURL, pagesURL)
	return serve.All(ctx,
		func(ctx context.Context) error { return serve.Until(ctx, atSandbox, gateways) },
		func(ctx context.Context) error { return serveShop(ctx, atShop, s) })
}
