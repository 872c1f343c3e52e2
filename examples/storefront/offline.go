package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/hostedpay/hostedpay-go/examples/internal/serve"
	"github.com/hostedpay/hostedpay-go/examples/storefront/internal/shop"
	"github.com/hostedpay/hostedpay-go/inbox"
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

	db, events, forget, err := openOffline(settings.inbox)
	if err != nil {
		return err
	}
	defer forget()
	atVora, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(sandboxURL))
	if err != nil {
		return err
	}
	atVisionScope, err := visionscope.New(sandbox.Acme.VisionScope.APIKey, sdk.WithBaseURL(sandboxURL))
	if err != nil {
		return err
	}
	s, err := shop.New(shop.Config{
		PublicURL: shopURL, DB: db, Inbox: events, OrderBook: true, Log: log.With("at", "shop"), VisionScope: atVisionScope,
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

// openOffline opens a database in memory, or, for an inbox, in a file. Nothing in it outlives the
// program.
func openOffline(withInbox bool) (db *sql.DB, events *inbox.Database[*sql.Tx], forget func(), err error) {
	if !withInbox {
		db, err = shop.OpenInMemory()
		return db, nil, func() { _ = db.Close() }, err
	}
	dir, err := os.MkdirTemp("", "storefront")
	if err != nil {
		return nil, nil, nil, err
	}
	file := filepath.Join(dir, "storefront.db")
	if db, err = shop.OpenFile(file); err == nil {
		events, err = inbox.SQLite(file)
	}
	if err != nil {
		return nil, nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return db, events, func() {
		events.Close()
		_, _ = db.Close(), os.RemoveAll(dir)
	}, nil
}
