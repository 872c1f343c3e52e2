// Package server runs HTTP servers on this machine.
package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"
)

// A Server is an HTTP server on this machine.
type Server struct {
	URL  string
	http *http.Server
	done chan error
}

// Listen opens an address, 127.0.0.1:0 for any free port. Nothing responds before Serve, so that
// two servers can know each other's addresses first.
func Listen(ctx context.Context, address string) (net.Listener, string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, "", err
	}
	return l, "http://" + reachable(l.Addr()), nil
}

// reachable is where a program on this machine reaches a listener. One that listens on every
// address has none of its own.
func reachable(at net.Addr) string {
	tcp, ok := at.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return at.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
}

// IsPrivate reports whether only programs on this machine reach a listener.
func IsPrivate(at net.Addr) bool {
	tcp, ok := at.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// Serve begins to respond.
func Serve(l net.Listener, handler http.Handler) *Server {
	s := &Server{
		URL:  "http://" + reachable(l.Addr()),
		http: &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute},
		done: make(chan error, 1),
	}
	go func() { s.done <- s.http.Serve(l) }()
	return s
}

// Close stops the server once the requests under way have their responses, or after two seconds.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
