package sandbox

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// An Option changes how a sandbox works.
type Option func(*Sandbox) error

// WithMerchants replaces the sample merchants. It comes before options that name one.
func WithMerchants(merchants ...control.Merchant) Option {
	return func(s *Sandbox) error {
		s.accounts = nil
		for _, m := range merchants {
			s.accounts = append(s.accounts, &account{Merchant: m})
		}
		return nil
	}
}

// WithWebhookURL registers where a merchant's Vora events go, on this machine. VisionScope's address comes with each
// checkout.
func WithWebhookURL(merchantID, address string) Option {
	return func(s *Sandbox) error {
		return s.SetWebhookURL(merchantID, address)
	}
}

// WithWebhooksV2 sends a merchant's Vora events as webhooks v2, signed with the merchant's WebhookSecret.
func WithWebhooksV2(merchantID string) Option {
	return func(s *Sandbox) error {
		a, err := s.accountOf(merchantID)
		switch {
		case err != nil:
			return err
		case a.Vora.WebhookSecret == "":
			return fmt.Errorf("sandbox: merchant %q needs a WebhookSecret to get webhooks v2", merchantID)
		}
		a.Vora.WebhooksV2 = true
		return nil
	}
}

// WithRateLimits enforces Vora's documented rate limits, which are off otherwise.
func WithRateLimits() Option {
	return func(s *Sandbox) error {
		s.rateLimits = true
		return nil
	}
}

// WithDeprecation announces on every answer of Vora that the endpoint is deprecated, and when it stops working. A zero
// since says only that it is; a zero sunset leaves the day open.
func WithDeprecation(since, sunset time.Time) Option {
	return func(s *Sandbox) error {
		s.notices.Set("Deprecation", "true")
		if !since.IsZero() {
			s.notices.Set("Deprecation", since.UTC().Format(http.TimeFormat))
		}
		if !sunset.IsZero() {
			s.notices.Set("Sunset", sunset.UTC().Format(http.TimeFormat))
		}
		s.notices.Set("Link", "<https://docs.vonpay.com/reference/versions>; rel=\"deprecation\"")
		return nil
	}
}

// WithLatestVersion announces a newer version of Vora's API than the one that answers.
func WithLatestVersion(version string) Option {
	return func(s *Sandbox) error {
		s.notices.Set("Von-Pay-Latest-Version", version)
		return nil
	}
}

// WithSeed makes ids the same in every run, and lets the faults of a share of calls happen to the same calls. Without it ids
// are random. The ids of VisionScope contain the time of the clock.
func WithSeed(seed uint64) Option {
	return func(s *Sandbox) error {
		s.random = newRandom(seed)
		s.ids.from(seed)
		return nil
	}
}

// WithPublicURL sets the address that hosted pages are reached at. The default is the address that the API was called
// at.
func WithPublicURL(address string) Option {
	return func(s *Sandbox) error {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			return fmt.Errorf("sandbox: the public URL %q is not absolute: write it as in http://pay.localhost:4010", address)
		}
		s.publicURL = strings.TrimSuffix(address, "/")
		return nil
	}
}

// WithClock gives the sandbox another time.
func WithClock(clock Clock) Option {
	return func(s *Sandbox) error {
		if clock == nil {
			return errors.New("sandbox: WithClock needs a clock")
		}
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

// WithHTTPClient delivers webhooks through a client of your own. Redirects are not followed. Its Timeout counts, up to the
// gateways' own 10 s. With a Transport of its own, that alone decides where it connects to.
func WithHTTPClient(client *http.Client) Option {
	return func(s *Sandbox) error {
		if client == nil {
			return errors.New("sandbox: WithHTTPClient needs a client")
		}
		s.deliver = *client
		return nil
	}
}

// WithLogger logs requests, payments and deliveries.
func WithLogger(logger *slog.Logger) Option {
	return func(s *Sandbox) error {
		if logger == nil {
			return errors.New("sandbox: WithLogger needs a logger")
		}
		s.log = logger
		return nil
	}
}
