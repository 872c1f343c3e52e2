package tenants

import (
	"context"
	"errors"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Verifier accepts the events of all tenants and both gateways, so that one handler of package
// webhooks serves them at one address. [Of] says whose event it is. Without [WithRoutes] it accepts
// Vora's only.
//
// A merchant whom nobody knows looks like one with a wrong signature. A delivery costs a look-up in
// the store when its tenant was not in the cache, or is older than [WithMaxAge]; merchants that the
// store does not know are looked up 100 times a second, after a burst of 1,000.
func (d *Directory) Verifier(opts ...webhooks.VerifierOption) *webhooks.Verifier {
	keys := webhooks.KeySourceFunc(d.keys)
	verifiers := []*webhooks.Verifier{webhooks.Vora(keys, opts...), webhooks.VoraV2(keys, opts...)}
	if d.routes != nil {
		verifiers = append(verifiers, webhooks.VisionScope(webhooks.KeySourceFunc(d.routeKeys), opts...))
	}
	return webhooks.Any(verifiers...)
}

// Of is the tenant of an event that a [Directory.Verifier] has verified: the one whose key has
// signed it.
func Of(event webhooks.Event) string {
	info := event.Info()
	if info.Scheme.Gateway() == sdk.GatewayVisionScope {
		return info.MerchantID // which the routes have from the URL that their key is derived from
	}
	return info.Reference
}

// keys are those of the merchant that a delivery claims to be from.
func (d *Directory) keys(ctx context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
	if hint.MerchantID == "" {
		return nil, webhooks.ErrUnknownMerchant
	}
	found, err := d.findMerchant(ctx, hint.Scheme.Gateway(), hint.MerchantID)
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, errTooManyMisses):
		return nil, webhooks.ErrUnknownMerchant
	case err != nil:
		return nil, err
	case found.tenant.HasLeft():
		return signingKeys(found.tenant), webhooks.ErrOffboarded
	}
	return signingKeys(found.tenant), nil
}

// routeKeys are those of the routes, which need nothing that is stored. Whether the tenant has left
// is only looked up: an event does not wait for that.
func (d *Directory) routeKeys(ctx context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
	keys, err := d.routes.Keys(ctx, hint)
	if err != nil || len(keys) == 0 {
		return keys, err
	}
	if found, err := d.findClaimed(ctx, keys[0].MerchantID); err == nil && found.tenant.HasLeft() {
		return keys, webhooks.ErrOffboarded
	}
	return keys, nil
}

// signingKeys are the keys that may have signed a tenant's deliveries at Vora.
func signingKeys(t Tenant) (keys []webhooks.SigningKey) {
	for _, signs := range []struct {
		kind   Kind
		scheme webhooks.Scheme
	}{{VoraAPIKey, webhooks.SchemeVoraV1}, {VoraWebhookSecret, webhooks.SchemeVoraV2}} {
		credential := t.Credentials[signs.kind]
		key := webhooks.SigningKey{
			Secret: credential.Current, Name: string(signs.kind), Scheme: signs.scheme, MerchantID: t.MerchantID, Reference: t.ID,
		}
		if !credential.Current.IsZero() {
			keys = append(keys, key)
		}
		if !credential.Previous.IsZero() {
			key.Secret, key.Name, key.NotAfter = credential.Previous, "previous "+key.Name, credential.Until
			keys = append(keys, key)
		}
	}
	return keys
}
