package main

import (
	"context"
	"net"
	"net/url"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// endLeftovers ends the diversions of a merchant that a listen has left behind when it was killed.
// Events would go to it again after this one.
func (d *diverter) endLeftovers(ctx context.Context, m control.Merchant) error {
	if len(m.Vora.DivertedURLs) == 0 {
		return nil
	}
	diversions := append(slices.Clone(m.Vora.DivertedURLs[1:]), m.Vora.WebhookURL) // the first is registered
	for _, to := range diversions {
		if to == d.to || !nobodyListensAt(ctx, to) {
			continue
		}
		if _, err := d.box.RestoreWebhooks(ctx, m.ID, to); err != nil {
			return err
		}
	}
	return nil
}

// leftoverTimeout is how long an address has to refuse a connection. One on this machine does so at
// once.
const leftoverTimeout = time.Second

// nobodyListensAt reports whether it is certain that nobody listens at a URL. A listen that was
// suspended still does.
func nobodyListensAt(ctx context.Context, address string) bool {
	at, err := url.Parse(address)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, leftoverTimeout)
	defer cancel()
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(at.Hostname(), portOf(at)))
	if err == nil {
		_ = connection.Close() // was only opened
	}
	return isAny(err, refusedErrors)
}

// portOf is the port of a URL, also where it is that of the scheme.
func portOf(at *url.URL) string {
	switch port := at.Port(); {
	case port != "":
		return port
	case at.Scheme == "https":
		return "443"
	}
	return "80"
}
