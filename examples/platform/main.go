// Platform is a program that takes payments for many merchants, at Vora and VisionScope.
//
//	go run ./examples/platform
//
// starts it at http://127.0.0.1:8090 with three sample tenants, together with both gateways, which
// are on this machine and have a dashboard at http://localhost:4010. It keeps its data in memory, in
// an SQLite file (--db) or in PostgreSQL (DATABASE_URL). --help lists the flags.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hostedpay/hostedpay-go/examples/internal/serve"
	"github.com/hostedpay/hostedpay-go/examples/platform/internal/crm"
	"github.com/hostedpay/hostedpay-go/examples/platform/internal/durable"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "platform:", err) // with the next step, which logs leave out
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	s, err := parse(args, out)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	atPlatform, err := serve.Listen(ctx, "listen", s.listen)
	if err != nil {
		return err
	}
	atSandbox, err := serve.Listen(ctx, "sandbox", s.sandbox)
	if err != nil {
		return err
	}
	platformURL, sandboxURL := "http://"+atPlatform.Addr().String(), "http://"+atSandbox.Addr().String()
	// Another name for the same machine, so that browsers treat platform and gateways as different
	// sites.
	pagesURL := fmt.Sprintf("http://localhost:%d", atSandbox.Addr().(*net.TCPAddr).Port)
	options := []sandbox.Option{sandbox.WithPublicURL(pagesURL), sandbox.WithLogger(log.With("at", "gateway")), sandbox.WithRateLimits()}
	for _, sample := range samples() {
		options = append(options, sandbox.WithWebhookURL(sample.MerchantID, platformURL+"/webhooks"))
	}
	gateways, err := sandbox.New(options...)
	if err != nil {
		return err
	}
	defer gateways.Close()

	db, err := s.open()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	config := crm.Config{
		PublicURL: platformURL, DB: db, Key: s.key, Tenants: samples(), Log: log.With("at", "platform"),
		Options: []sdk.ClientOption{sdk.WithBaseURL(sandboxURL), sdk.WithLimiter(ratelimit.New())}, // shared by all tenants
		Sandbox: &crm.Sandbox{Dashboard: pagesURL, RotateKey: gateways.RotateKey},
	}
	var events *durable.Receiver
	if s.inbox {
		if events, err = durable.Open(ctx, s.database, config.Log); err != nil {
			return err
		}
		defer events.Close()
		config.Receive = events.Receive
	}
	c, err := crm.New(ctx, config)
	if err != nil {
		return err
	}
	if events != nil {
		if err := events.Start(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "The platform is open: %s\nThe gateways' dashboard: %s\nBoth gateways are on this machine; no money moves. Stop with Ctrl-C.\n", platformURL, pagesURL)
	return serve.All(ctx,
		func(ctx context.Context) error { return serve.Until(ctx, atSandbox, gateways) },
		func(ctx context.Context) error {
			return serve.Beside(ctx, atPlatform, c, func(ctx context.Context) { c.SweepEvery(ctx, time.Minute) })
		})
}
