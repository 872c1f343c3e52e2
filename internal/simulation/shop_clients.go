package simulation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A clientKey is what a client of Vora is kept under.
type clientKey struct {
	apiKey     string
	background bool
}

func (p *process) voraClient(ctx context.Context, tenant string, background bool) (*vora.Client, error) {
	var t Tenant
	if err := p.tx(ctx, "API key", func(tx Tx) error { t = tx.Tenant(tenant); return nil }); err != nil {
		return nil, err
	}
	key := clientKey{t.APIKeys[0], background}
	if c := p.vora[key]; c != nil {
		return c, nil
	}
	options := p.options()
	if background {
		options = append(options, sdk.WithBackground())
	}
	client, err := vora.New(key.apiKey, options...)
	must(err)
	p.vora[key] = client
	return client, nil
}

func (p *process) visionClient(tenant string) *visionscope.Client {
	key := p.shop.w.merchant(tenant).VisionScope.APIKey
	if p.vision[key] == nil {
		client, err := visionscope.New(key, p.options()...)
		must(err)
		p.vision[key] = client
	}
	return p.vision[key]
}

func (p *process) options() []sdk.ClientOption {
	w := p.shop.w
	policy := retry.Default()
	policy.Budget = p.budget
	policy.Jitter = func() float64 { return w.chance.fraction(w.scheduler.actor, "jitter") }
	if w.makes(mistakeResends504) {
		policy.Predicates = append([]retry.Predicate{func(o retry.Outcome) retry.Verdict {
			if o.Status == http.StatusGatewayTimeout {
				return retry.Retry
			}
			return retry.Unsure
		}}, retry.Predicates()...)
	}
	options := []sdk.ClientOption{
		sdk.WithBaseURL(gatewayURL), retry.WithPolicy(policy), sdk.WithLogger(slog.New(logHandler{w})),
		sdk.WithHTTPClient(&http.Client{Transport: outbound{w, p}}),
	}
	if w.makes(mistakeIgnoresRetryAfter) {
		options = append(options, sdk.WithMiddleware(withoutRetryAfter))
	}
	if !w.makes(mistakeNoLimiter) {
		options = append(options, sdk.WithLimiter(p.limiter))
	}
	return options
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("the simulation itself is wrong: %v", err))
	}
}

func isUnknown(err error) bool {
	var unknown *sdk.OutcomeUnknownError
	return errors.As(err, &unknown)
}

func shortName(tenant string) string { return strings.TrimPrefix(tenant, "mer_") }
