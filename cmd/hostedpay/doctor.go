package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A doctor looks for what is wrong with an integration.
type doctor struct {
	caller
	forLLM   bool
	webhook  string // URL of the user's endpoint
	scheme   string
	merchant string        // whose event the test event is
	within   time.Duration // of a test delivery

	secrets  []sdk.Secret // that were read, and must not be printed
	findings []symptom
}

func doctorCommand() *cobra.Command {
	d := doctor{within: endpoint.Timeout}
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Find what is wrong with keys, addresses, network and endpoint",
		Long: `Doctor prints what it finds, why it matters and what to do next, without any secret: the report can be
pasted anywhere. It exits with 1 when it found a problem. It changes nothing at a gateway: it asks
Vora how it is, and reads a session that does not exist to learn whether the API key is valid. At
VisionScope, which has no such calls, it only opens a connection.

--webhook sends deliveries to your endpoint of an event that no gateway has, "hostedpay.doctor", about
no payment: one that is really signed and must be accepted, and one that was changed after signing
and must be rejected. Nothing is signed with a live API key.`,
		Example: `  hostedpay doctor
  hostedpay doctor --webhook http://127.0.0.1:8080/webhooks/vora
  hostedpay doctor --for-llm`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := d.check(); err != nil {
				return verb.Usage(c, err)
			}
			if err := d.examine(c.Context(), c.InOrStdin()); err != nil {
				return err
			}
			report := d.report()
			lines := report.lines()
			if d.forLLM {
				lines = report.forLLM()
			}
			if err := d.print(c.OutOrStdout(), report, lines); err != nil {
				return err
			}
			if c.Context().Err() != nil {
				return errors.New("interrupted: the report has what was found until then")
			}
			if report.Problems > 0 {
				return fmt.Errorf("problems that were found: %d", report.Problems)
			}
			return nil
		},
	}
	d.register(c, config.SecretSource{What: "API key", Variable: "VON_PAY_SECRET_KEY", Flag: "key-file"}, "VON_PAY_BASE_URL")
	c.Flags().BoolVar(&d.forLLM, "for-llm", false, "print one text that explains itself, to paste into a conversation with a language model")
	c.Flags().StringVar(&d.webhook, "webhook", "", "URL of your webhook endpoint, which gets two or three test deliveries")
	c.Flags().StringVar(&d.scheme, "scheme", "vora-v1", "how the test deliveries are signed: vora-v1, vora-v2 or visionscope")
	c.Flags().StringVar(&d.merchant, "merchant", "hostedpay_doctor", "merchant ID in the test event, for an endpoint that finds its keys by it")
	return c
}

// check holds the flags to what they allow.
func (d *doctor) check() error {
	if d.forLLM && d.json {
		return errors.New("--for-llm and --json exclude each other")
	}
	var schemes []string
	for _, s := range scheme.All() {
		schemes = append(schemes, string(s.Name))
	}
	if !slices.Contains(schemes, d.scheme) {
		return nearest.Unknown("scheme", d.scheme, schemes)
	}
	if d.webhook == "" {
		return nil
	}
	_, err := endpoint.URL("--webhook", d.webhook)
	return err
}

// examine looks at everything, from what is nearest to what is farthest.
func (d *doctor) examine(ctx context.Context, stdin io.Reader) error {
	flags := map[string]string{}
	if d.key.File != "" {
		key, err := d.key.Read(stdin)
		if err != nil {
			return err
		}
		flags[d.key.Variable] = key.Reveal()
	}
	if d.baseURL != "" {
		flags[d.urlVariable] = d.baseURL
	}
	configured := config.Explain(flags)
	values := map[string]config.Explained{}
	for _, s := range configured.Settings {
		values[s.Name] = s
		if set, _ := config.Named(s.Name); !set.Address {
			d.secrets = append(d.secrets, sdk.NewSecret(s.Reveal()))
		}
	}
	d.examineConfiguration(configured)
	d.examineModes(values)
	for _, g := range gateways() {
		if !d.isInterrupted(ctx, g.name) {
			g.examine(d, ctx, values)
		}
	}
	if !d.isInterrupted(ctx, "webhook") {
		d.examineWebhook(ctx, values)
	}
	return nil
}

// isInterrupted reports whether the user has interrupted the command, and adds that to the report:
// a call that failed for it says nothing about who was called.
func (d *doctor) isInterrupted(ctx context.Context, about string) bool {
	if ctx.Err() == nil {
		return false
	}
	d.found(levelSkipped, about, "interrupted before it was known", "", "")
	return true
}

// A level is how bad a finding is.
type level string

const (
	levelOK      level = "ok"
	levelSkipped level = "skipped" // it could not be looked at
	levelWarning level = "warning" // it works, and may stop to
	levelProblem level = "problem"
)

// A symptom is one finding.
type symptom struct {
	Level level  `json:"level"`
	About string `json:"about"` // "clock"
	What  string `json:"what"`
	Why   string `json:"why,omitempty"`  // it matters
	Next  string `json:"next,omitempty"` // step
}

// found adds a finding.
func (d *doctor) found(level level, about, what, why, next string) {
	d.findings = append(d.findings, symptom{level, about, what, why, next})
}

// report makes the findings safe to paste: what came over a network, and what the user has
// configured, may have secrets in it.
func (d *doctor) report() doctorReport {
	r := doctorReport{Version: version()}
	safe := redact.New(d.secrets...)
	for _, s := range d.findings {
		s.What, s.Why, s.Next = safe.Line(private.WithoutHome(s.What)), safe.Line(private.WithoutHome(s.Why)), safe.Line(private.WithoutHome(s.Next))
		r.Findings = append(r.Findings, s)
		switch s.Level {
		case levelProblem:
			r.Problems++
		case levelWarning:
			r.Warnings++
		case levelOK, levelSkipped:
		}
	}
	return r
}
