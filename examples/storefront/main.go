// Storefront is a small web shop that takes payments through Vora and VisionScope.
//
//	go run ./examples/storefront
//
// starts the shop at http://127.0.0.1:8080 together with both gateways, which are on this machine
// and have a dashboard at http://localhost:4010. With the API keys of one or both gateways in the
// environment it takes payments through them instead. --help lists the flags and the variables.
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
	"github.com/hostedpay/hostedpay-go/examples/storefront/internal/shop"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "storefront:", err) // with the next step, which logs leave out
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
	if online() {
		return atGateways(ctx, s, log)
	}
	return offline(ctx, s, log)
}

// serveShop serves the shop, which asks meanwhile about orders that nobody has reported.
func serveShop(ctx context.Context, l net.Listener, s *shop.Shop) error {
	if err := s.Start(ctx); err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = s.Stop(ctx) // what was not done is done after the next start
	}()
	return serve.Beside(ctx, l, s, func(ctx context.Context) { s.SweepEvery(ctx, time.Minute) })
}
