// Package serve is how the examples serve HTTP, and stop.
package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Listen opens an address, which name is the flag for.
func Listen(ctx context.Context, name, address string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w: choose another address with --%s, or port 0 for any free one", err, name)
	}
	return l, nil
}

// Until serves until ctx ends, and completes the requests that have come by then.
func Until(ctx context.Context, l net.Listener, handler http.Handler) error {
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
	<-ended // Serve returns at once, and the caller closes the database that the last request needs
	return nil
}

// Beside serves with work that goes on meanwhile, and ends it before it returns: the caller closes
// the database that both need.
func Beside(ctx context.Context, l net.Listener, handler http.Handler, work func(context.Context)) error {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		work(ctx)
	}()
	defer func() {
		cancel()
		<-ended
	}()
	return Until(ctx, l, handler)
}

// All runs several until ctx or the first of them ends, and returns what went wrong.
func All(ctx context.Context, servers ...func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, len(servers))
	for _, server := range servers {
		go func() { ended <- server(ctx) }()
	}
	var failures []error
	for range servers {
		failures = append(failures, <-ended)
		stop()
	}
	return errors.Join(failures...)
}
