package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"

	"github.com/hostedpay/hostedpay-go/examples/internal/serve"
	"github.com/hostedpay/hostedpay-go/examples/storefront/internal/shop"
	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// online reports whether there are API keys for a real gateway.
func online() bool {
	return os.Getenv("VON_PAY_SECRET_KEY") != "" || os.Getenv("VISIONSCOPE_API_KEY") != ""
}

// atGateways starts the shop with the gateways that there are API keys for.
func atGateways(ctx context.Context, settings settings, log *slog.Logger) error {
	c := shop.Config{PublicURL: settings.publicURL, WebhookURL: settings.hooksURL, Log: log}
	if c.PublicURL == "" {
		return errors.New("set --public-url (or PUBLIC_URL) to the URL at which buyers and gateways reach the shop, https://shop.example.com")
	}
	options := []sdk.ClientOption{sdk.WithLogger(log)}
	if len(settings.plainHTTP) > 0 {
		options = append(options, sdk.WithPlainHTTPHosts(settings.plainHTTP...))
	}
	if key := os.Getenv("VON_PAY_SECRET_KEY"); key != "" {
		secret := os.Getenv("VON_PAY_SESSION_SECRET")
		if secret == "" {
			return errors.New("set VON_PAY_SESSION_SECRET (ss_…) too: it verifies return URLs")
		}
		atVora := slices.Clone(options)
		if base := os.Getenv("VON_PAY_BASE_URL"); base != "" {
			atVora = append(atVora, sdk.WithBaseURL(base))
		}
		client, err := vora.New(key, atVora...)
		if err != nil {
			return err
		}
		c.Vora = &shop.Vora{Client: client, SecretKey: sdk.NewSecret(key), PreviousKey: sdk.NewSecret(os.Getenv("VON_PAY_PREVIOUS_KEY")), SessionSecret: sdk.NewSecret(secret)}
	}
	if key := os.Getenv("VISIONSCOPE_API_KEY"); key != "" {
		client, err := visionscope.New(key, append(options, sdk.WithBaseURL(os.Getenv("VISIONSCOPE_API_URL")))...)
		if err != nil {
			return err
		}
		c.VisionScope = client
	}
	db, err := shop.OpenFile(settings.database)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	c.DB = db
	if settings.inbox {
		if c.Inbox, err = inbox.SQLite(settings.database); err != nil {
			return err
		}
		defer c.Inbox.Close()
	}
	s, err := shop.New(c)
	if err != nil {
		return err
	}
	l, err := serve.Listen(ctx, "listen", settings.listen)
	if err != nil {
		return err
	}
	fmt.Printf("The shop is open: %s (listening on %s). Stop with Ctrl-C.\n", c.PublicURL, l.Addr())
	return serveShop(ctx, l, s)
}
