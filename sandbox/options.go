package sandbox

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/local"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/random"
)

// An Option changes how a sandbox works. Options may come in any order; of the same one, the last
// counts.
type Option func(*config)

// WithMerchants replaces the sample merchants. Each needs an ID of its own.
func WithMerchants(merchants ...control.Merchant) Option {
	return func(c *config) { c.merchants = slices.Clone(merchants) }
}

// WithSeed makes IDs and keys the same in every run, and lets the faults of a share of calls happen
// to the same calls. Each kind of value has a sequence of its own. Without it IDs are random. The
// IDs of VisionScope contain the time of the clock.
func WithSeed(seed uint64) Option {
	return func(c *config) { c.random = random.Seeded(seed) }
}

// WithPublicURL sets the address that hosted pages are reached at. The default is the address that
// the API was called at.
func WithPublicURL(address string) Option {
	return func(c *config) { c.publicURL = strings.TrimSuffix(address, "/") }
}

// WithClock gives the sandbox another time, and with it the executor of its tasks.
func WithClock(clock Clock) Option {
	return func(c *config) {
		c.clock = clock
		c.require(clock != nil, "WithClock needs a clock")
	}
}

// WithTimeFactor divides the gateways' own waits by factor: until VisionScope reports an outcome,
// and between redeliveries. Sessions live as long as they say.
func WithTimeFactor(factor int) Option {
	return func(c *config) { c.timeFactor = factor }
}

// WithHTTPClient delivers webhooks through a client of your own. Redirects are not followed. Its
// Timeout counts, up to the gateways' own 10 s. With a Transport of its own, that alone decides
// where it connects to; URLs are checked all the same.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) {
		c.require(client != nil, "WithHTTPClient needs a client")
		if client != nil {
			c.client = *client
		}
	}
}

// WithWebhookHosts sends webhooks to other hosts than this machine, by their names or addresses and
// on any port: a shop in another container. URLs there may be plain HTTP. The sandbox logs a
// warning about it. Addresses elsewhere stay rejected.
func WithWebhookHosts(hosts ...string) Option {
	return func(c *config) {
		allowed, err := local.NewHosts(hosts...)
		if err != nil {
			c.problems = append(c.problems, fmt.Errorf("WithWebhookHosts: %w", err))
		}
		c.hosts = append(c.hosts, allowed...)
	}
}

// WithLogger logs payments and deliveries.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) {
		c.log = logger
		c.require(logger != nil, "WithLogger needs a logger")
	}
}

// WithJournalSize sets how many requests the sandbox remembers, 1000 by default; 0 for none.
func WithJournalSize(requests int) Option {
	return func(c *config) { c.journalSize = requests }
}

// WithChangeFunc calls f for every change, in order and never twice at once. f runs in the
// goroutine that made the change, before its call returns; while f runs, changes of other
// goroutines are queued, and f is called for them in the goroutine that it runs in. f may call the
// sandbox's methods.
func WithChangeFunc(f func(control.Change)) Option {
	return func(c *config) { c.onChange = f }
}

func (c *config) require(given bool, problem string) {
	if !given {
		c.problems = append(c.problems, errors.New(problem))
	}
}
