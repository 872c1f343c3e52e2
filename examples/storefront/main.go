// Storefront is a small web shop that takes payments through Vora and VisionScope.
//
//	go run ./examples/storefront
//
// starts the shop together with both gateways on this machine, offline, and prints the shop's URL. With the environment
// variables below it takes payments through the real gateways instead:
//
//	PUBLIC_URL               where browsers and gateways reach the shop, https://shop.example.com
//	LISTEN                   the address to listen on; 127.0.0.1:8080 by default
//	VON_PAY_SECRET_KEY       vp_sk_…; also verifies webhooks. Register PUBLIC_URL/webhooks/vora in the dashboard
//	VON_PAY_SESSION_SECRET   ss_…; verifies returns
//	VON_PAY_BASE_URL         another base URL than Vora's, such as that of a sandbox
//	VISIONSCOPE_API_URL      https://api-dev.visionscopeai.com, or the base URL that VisionScope gave you
//	VISIONSCOPE_API_KEY      vsk_live_…
//	STOREFRONT_DB            the SQLite file; storefront.db by default
//
// One gateway is enough: the shop offers those that it has API keys for.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	start := offline
	if online() {
		start = atGateways
	}
	err := start(ctx, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "storefront:", err) // with the next step, which logs leave out
		os.Exit(1)
	}
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	return config.Listen(ctx, "tcp", address)
}

// serve serves until ctx ends, and completes the requests that have come by then.
func serve(ctx context.Context, l net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
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
