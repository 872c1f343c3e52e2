package simulation

import (
	"context"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// voraKeys are a merchant's, old and new.
func (p *process) voraKeys(ctx context.Context, hint webhooks.KeyHint) (keys []webhooks.SigningKey, err error) {
	var t Tenant
	if err := p.tx(ctx, "keys", func(tx Tx) error { t = tx.Tenant(hint.MerchantID); return nil }); err != nil {
		return nil, err
	}
	if t.ID == "" {
		return nil, webhooks.ErrUnknownMerchant
	}
	if hint.Scheme == webhooks.SchemeVoraV2 {
		keys = append(keys, webhooks.SigningKey{Secret: sdk.NewSecret(p.shop.w.merchant(t.ID).Vora.WebhookSecret), MerchantID: t.ID, Mode: sdk.ModeTest})
	} else {
		for i, key := range t.APIKeys {
			one := webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret(key), MerchantID: t.ID}
			if i > 0 {
				one.Name, one.NotAfter = "rotated out", t.RotatedAt.Add(24*time.Hour)
			}
			keys = append(keys, one)
		}
	}
	if t.Offboarded {
		if p.shop.w.makes(mistakeForgetsOffboarded) {
			return nil, webhooks.ErrUnknownMerchant
		}
		return keys, webhooks.ErrOffboarded
	}
	return keys, nil
}

// visionKeys is the order's, which the URL of the webhook names: the session may be unknown,
// because the response with it was lost. What verifies with an order's secret is that order's.
func (p *process) visionKeys(ctx context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
	var o Order
	err := p.tx(ctx, "key of the order", func(tx Tx) error {
		o = tx.Order(hint.Query().Get("order"))
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case o.Secret == "":
		return nil, webhooks.ErrUnknownMerchant
	}
	return []webhooks.SigningKey{{Secret: sdk.NewSecret(o.Secret), MerchantID: o.Tenant, Reference: o.ID}}, nil
}
