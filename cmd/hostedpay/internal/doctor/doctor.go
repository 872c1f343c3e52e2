// Package doctor finds what is wrong with an integration: its settings, keys and addresses, the
// network to the gateways, the clock, and the endpoint of its webhooks. It changes nothing at a
// gateway, and its report has no secret in it.
package doctor

import (
	"context"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Options say what is examined.
type Options struct {
	Configuration config.Explanation
	Webhook       string          // URL of the user's endpoint; empty for none
	Scheme        webhooks.Scheme // one of [scheme.All], which signs the test deliveries
	Merchant      string          // whose event the test event is
	Within        time.Duration   // the endpoint has to respond; endpoint.Timeout when it is zero
}

// Examine looks at everything, from what is nearest to what is farthest.
func Examine(ctx context.Context, o Options) Report {
	if o.Within == 0 {
		o.Within = endpoint.Timeout
	}
	d := examination{Options: o}
	values := map[string]config.Explained{}
	for _, s := range o.Configuration.Settings {
		values[s.Name] = s
		if set, _ := config.Named(s.Name); !set.Address {
			d.secrets = append(d.secrets, sdk.NewSecret(s.Reveal()))
		}
	}
	d.examineConfiguration(o.Configuration)
	d.examineModes(values)
	for _, g := range gateways() {
		if !d.isInterrupted(ctx, g.name) {
			g.examine(&d, ctx, values)
		}
	}
	if !d.isInterrupted(ctx, "webhook") {
		d.examineWebhook(ctx, values)
	}
	return d.report()
}

// A gateway is what is known of one: the settings with its API key and its address, where calls go
// without an address, if anywhere, and how it is examined.
type gateway struct {
	name                 string
	key, address, server string
	examine              func(*examination, context.Context, map[string]config.Explained)
}

// gateways lists all of them, in the order in which they are examined.
func gateways() []gateway { return []gateway{voraGateway(), visionScopeGateway()} }

// An examination is what was found so far.
type examination struct {
	Options
	secrets  []sdk.Secret // that were read, and must not be printed
	findings []Finding
}

// isInterrupted reports whether the user has interrupted the command, and adds that to the report:
// a call that failed for it says nothing about who was called.
func (d *examination) isInterrupted(ctx context.Context, about string) bool {
	if ctx.Err() == nil {
		return false
	}
	d.found(Skipped, about, "interrupted before it was known", "", "")
	return true
}

// found adds a finding.
func (d *examination) found(level Level, about, what, why, next string) {
	d.findings = append(d.findings, Finding{level, about, what, why, next})
}

// report makes the findings safe to paste: what came over a network, and what the user has
// configured, may have secrets in it.
func (d *examination) report() Report {
	var r Report
	safe := redact.New(d.secrets...)
	for _, s := range d.findings {
		s.What, s.Why, s.Next = safe.Line(private.WithoutHome(s.What)), safe.Line(private.WithoutHome(s.Why)), safe.Line(private.WithoutHome(s.Next))
		r.Findings = append(r.Findings, s)
		switch s.Level {
		case Problem:
			r.Problems++
		case Warning:
			r.Warnings++
		case OK, Skipped:
		}
	}
	return r
}
