package vora

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/local"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// Config is what a sandbox can choose about Vora. Its zero value is Vora as documented, without
// rate limits.
type Config struct {
	WebhooksV2     []string // IDs of merchants whose events are sent as webhooks v2
	FlatWebhooksV2 []string // those of them whose bodies are flat
	RateLimits     bool
	ReturnV2       bool   // sign return URLs with v2 instead of v1
	LatestVersion  string // that is announced; empty for the contract's

	// Deprecated announces that the endpoint is deprecated since a time, which may be zero, and
	// ends at Sunset, which may be too.
	Deprecated        bool
	DeprecatedSince   time.Time
	DeprecationSunset time.Time

	webhookURLs map[string]string // by merchant ID
}

// RegisterWebhookURL registers where a merchant's events go; empty for nowhere.
func (c *Config) RegisterWebhookURL(merchantID, address string) {
	if c.webhookURLs == nil {
		c.webhookURLs = map[string]string{}
	}
	c.webhookURLs[merchantID] = address
}

// Apply sets up the merchants' accounts, and says what is wrong with the configuration.
func (c *Config) Apply(merchants []control.Merchant, hosts local.Hosts) error {
	var problems []error
	for _, id := range slices.Sorted(maps.Keys(c.webhookURLs)) {
		m, err := find(merchants, id)
		if err == nil {
			err = checkWebhookURL(hosts, c.webhookURLs[id])
		}
		if err != nil {
			said := func(other error) bool { return other.Error() == err.Error() } // of another merchant with this URL
			if !slices.ContainsFunc(problems, said) {
				problems = append(problems, err)
			}
			continue
		}
		m.Vora.WebhookURL = c.webhookURLs[id]
	}
	for _, id := range c.WebhooksV2 {
		m, err := find(merchants, id)
		if err == nil && m.Vora.WebhookSecret == "" {
			err = fmt.Errorf("merchant %q needs a WebhookSecret, which signs webhooks v2", id)
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		m.Vora.WebhooksV2 = true
		m.Vora.FlatWebhooksV2 = slices.Contains(c.FlatWebhooksV2, id)
	}
	return errors.Join(problems...)
}

func find(merchants []control.Merchant, id string) (*control.Merchant, error) {
	i := slices.IndexFunc(merchants, func(m control.Merchant) bool { return m.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("unknown merchant %q", id)
	}
	return &merchants[i], nil
}

// notices are the headers about versions and deprecation. (Vora, "Versioning".)
func (c Config) notices() http.Header {
	latest := c.LatestVersion
	if latest == "" {
		latest = contract.VoraVersion
	}
	h := http.Header{contract.VoraVersionHeader: {contract.VoraVersion}, contract.VoraLatestVersionHeader: {latest}}
	if !c.Deprecated {
		return h
	}
	h.Set("Deprecation", "true")
	if !c.DeprecatedSince.IsZero() {
		h.Set("Deprecation", c.DeprecatedSince.UTC().Format(http.TimeFormat))
	}
	if !c.DeprecationSunset.IsZero() {
		h.Set("Sunset", c.DeprecationSunset.UTC().Format(http.TimeFormat))
	}
	h.Set("Link", "<https://docs.vonpay.com>; rel=\"deprecation\"")
	return h
}
