package sandbox

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// An Option changes how a sandbox works.
type Option func(*Sandbox) error

// WithMerchants replaces the sample merchants.
func WithMerchants(merchants ...Merchant) Option {
	return func(s *Sandbox) error {
		s.merchants = merchants
		return nil
	}
}

// WithWebhookURL registers where a merchant's Vora events go. VisionScope's address comes with each checkout.
func WithWebhookURL(merchantID, address string) Option {
	return func(s *Sandbox) error {
		s.webhookURLs[merchantID] = address
		return nil
	}
}

// WithPublicURL sets the address that hosted pages are reached at. The default is the address that the API was called
// at.
func WithPublicURL(address string) Option {
	return func(s *Sandbox) error {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			return fmt.Errorf("sandbox: the public URL %q is not absolute", address)
		}
		s.publicURL = strings.TrimSuffix(address, "/")
		return nil
	}
}

// WithClock gives the sandbox another time.
func WithClock(clock Clock) Option {
	return func(s *Sandbox) error {
		s.clock = clock
		return nil
	}
}

// WithTimeFactor divides the gateways' own waits by factor: until VisionScope reports an outcome, and between
// redeliveries. Sessions live as long as they say.
func WithTimeFactor(factor int) Option {
	return func(s *Sandbox) error {
		if factor < 1 {
			return fmt.Errorf("sandbox: the time factor is %d and must be at least 1", factor)
		}
		s.timeFactor = time.Duration(factor)
		return nil
	}
}

// WithReturnV2 signs Vora's return URLs with v2 instead of v1.
func WithReturnV2() Option {
	return func(s *Sandbox) error {
		s.returnV2 = true
		return nil
	}
}

// WithDeliveriesAnywhere also delivers webhooks to addresses that are not on this machine.
func WithDeliveriesAnywhere() Option {
	return func(s *Sandbox) error {
		s.deliverAnywhere = true
		return nil
	}
}

// WithHTTPClient delivers webhooks through a client of your own. Redirects are not followed.
func WithHTTPClient(client *http.Client) Option {
	return func(s *Sandbox) error {
		s.deliver = *client
		return nil
	}
}

// WithLogger logs requests, payments and deliveries.
func WithLogger(logger *slog.Logger) Option {
	return func(s *Sandbox) error {
		s.log = logger
		return nil
	}
}
