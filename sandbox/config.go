package sandbox

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/local"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway/vora"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/random"
)

// config is what the options set. It is checked when all of them have been applied, so that their
// order does not matter.
type config struct {
	merchants   []control.Merchant
	clock       clock.Clock
	timeFactor  int
	random      random.Source
	journalSize int
	publicURL   string
	client      http.Client
	hosts       local.Hosts // that webhooks go to, beside this machine
	log         *slog.Logger
	onChange    func(control.Change)
	vora        vora.Config

	problems []error // of options that got nothing
}

const defaultJournalSize = 1000

func newConfig() *config {
	return &config{
		merchants:   []control.Merchant{Acme, Brightline, Cobalt},
		clock:       clock.NewRunning(),
		timeFactor:  1,
		journalSize: defaultJournalSize,
		log:         slog.New(slog.DiscardHandler),
	}
}

// check says what is wrong with the options.
func (c *config) check() error {
	problems := c.problems
	if len(c.merchants) == 0 {
		problems = append(problems, errors.New("there must be at least one merchant: name one in WithMerchants"))
	}
	for i, m := range c.merchants {
		same := func(other control.Merchant) bool { return other.ID == m.ID }
		switch {
		case m.ID == "":
			problems = append(problems, fmt.Errorf("the merchant %q has no ID", m.Name))
		case slices.ContainsFunc(c.merchants[:i], same):
			problems = append(problems, fmt.Errorf("two merchants have the ID %q", m.ID))
		}
	}
	if _, problem := contract.ParseURL(c.publicURL); c.publicURL != "" && problem != "" {
		problems = append(problems, fmt.Errorf("the public URL %q %s: write it as in http://pay.localhost:4010", c.publicURL, problem))
	}
	if c.timeFactor < 1 {
		problems = append(problems, fmt.Errorf("the time factor is %d: it must be at least 1", c.timeFactor))
	}
	if c.journalSize < 0 {
		problems = append(problems, fmt.Errorf("the journal size is %d: use 0 for no journal", c.journalSize))
	}
	problems = append(problems, c.vora.Apply(c.merchants, c.hosts))
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	return nil
}

// httpClient is the client that delivers webhooks: to this machine and the allowed hosts, unless it
// has a transport of its own.
func (c *config) httpClient() *http.Client {
	client := c.client
	if client.Transport == nil {
		client.Transport = c.hosts.NewTransport()
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}
