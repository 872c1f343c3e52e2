package vora

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hostedpay/hostedpay-go/internal/local"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// SetWebhookURL registers where a merchant's events go; empty for nowhere. It ends every diversion.
func (g *Gateway) SetWebhookURL(merchantID, address string) error {
	if err := checkWebhookURL(g.Hosts, address); err != nil {
		return err
	}
	return g.Ledger.UpdateMerchant(merchantID, func(m *control.Merchant) { setWebhookURLs(m, []string{address}) })
}

// maxDiversions bounds those of a merchant, which programs that were killed leave behind.
const maxDiversions = 100

// DivertWebhooks has a merchant's events go to another URL, until that diversion ends.
func (g *Gateway) DivertWebhooks(merchantID, address string) error {
	if address == "" {
		return errors.New("a diversion needs a URL")
	}
	if err := checkWebhookURL(g.Hosts, address); err != nil {
		return err
	}
	return g.Ledger.UpdateMerchant(merchantID, func(m *control.Merchant) {
		urls, _ := withoutDiversion(m, address)
		if len(urls) > maxDiversions {
			urls = slices.Delete(urls, 1, 2)
		}
		setWebhookURLs(m, append(urls, address))
	})
}

// RestoreWebhooks ends the diversion to a URL.
func (g *Gateway) RestoreWebhooks(merchantID, address string) (d control.Diversion, err error) {
	err = g.Ledger.UpdateMerchant(merchantID, func(m *control.Merchant) {
		urls, found := withoutDiversion(m, address)
		setWebhookURLs(m, urls)
		d = control.Diversion{Ended: found, WebhookURL: m.Vora.WebhookURL, Diverted: len(urls) > 1}
	})
	return d, err
}

// Refused ends the diversion to a URL where nobody listens. Of several attempts that find out at
// the same time, one ends it.
func (g *Gateway) Refused(merchantID, address string) (elsewhere bool) {
	m, err := g.Ledger.Merchant(merchantID)
	if err != nil || len(m.Vora.DivertedURLs) == 0 {
		return err == nil && m.Vora.WebhookURL != address
	}
	now, err := g.RestoreWebhooks(merchantID, address)
	if now.Ended {
		g.Log.Warn("a diversion of webhooks has ended: nobody listens at its URL", "merchant_id", merchantID)
	}
	return err == nil && now.WebhookURL != address
}

// withoutDiversion are the URLs of a merchant, the registered one and then its diversions, without
// that to a URL.
func withoutDiversion(m *control.Merchant, address string) (urls []string, found bool) {
	urls = append(slices.Clone(m.Vora.DivertedURLs), m.Vora.WebhookURL)
	i := 1 + slices.Index(urls[1:], address)
	if i == 0 {
		return urls, false
	}
	return slices.Delete(urls, i, i+1), true
}

// setWebhookURLs sets the registered URL and the diversions from it.
func setWebhookURLs(m *control.Merchant, urls []string) {
	last := len(urls) - 1
	m.Vora.WebhookURL, m.Vora.DivertedURLs = urls[last], nil
	if last > 0 {
		m.Vora.DivertedURLs = urls[:last:last]
	}
}

func checkWebhookURL(hosts local.Hosts, address string) error {
	if err := hosts.CheckWebhookURL(address); err != nil && address != "" {
		return fmt.Errorf("%q cannot be registered: %w", address, err)
	}
	return nil
}
