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
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

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

// listen opens an address, which name is the flag for.
func listen(ctx context.Context, name, address string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w: choose another address with --%s, or port 0 for any free one", err, name)
	}
	return l, nil
}

// serveShop serves the shop, which asks meanwhile about orders that nobody has reported.
func serveShop(ctx context.Context, l net.Listener, s *shop.Shop) error {
	ctx, cancel := context.WithCancel(ctx)
	swept := make(chan struct{})
	go func() {
		defer close(swept)
		s.SweepEvery(ctx, time.Minute)
	}()
	defer func() {
		cancel()
		<-swept // before the caller closes the database
	}()
	return serve(ctx, l, s)
}

// serve serves until ctx ends, and completes the requests that have come by then.
func serve(ctx context.Context, l net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
	}
	ended := make(chan struct{})
	cancelled := context.AfterFunc(ctx, func() {
		defer close(ended)
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
	})
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		cancelled()
		return fmt.Errorf("serving on %s: %w", l.Addr(), err)
	}
	<-ended // Serve returns at once, and the caller closes the database that the last webhook needs
	return nil
}
