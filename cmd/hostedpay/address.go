package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/server"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// sandboxAt is the sandbox at the URL that --sandbox has.
func sandboxAt(c *cobra.Command, address string) (*control.Client, error) {
	if !endpoint.OnThisMachine(address) {
		return nil, verb.Usage(c, errors.New("--sandbox must be a URL on this machine, such as http://127.0.0.1:4010"))
	}
	box, err := control.New(address)
	if err != nil {
		return nil, verb.Usage(c, fmt.Errorf("--sandbox: %w", err))
	}
	return box, nil
}

// listenAt opens the address that --listen has.
func listenAt(c *cobra.Command, address string) (net.Listener, string, error) {
	_, port, err := net.SplitHostPort(address)
	if _, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil {
		return nil, "", verb.Usage(c, fmt.Errorf("--listen must be a host and a port, such as %s", c.Flag("listen").DefValue))
	}
	l, base, err := server.Listen(c.Context(), address)
	if err != nil {
		return nil, "", fmt.Errorf("cannot listen on %s (choose another with --listen, port 0 for any free one): %w", address, err)
	}
	return l, base, nil
}
