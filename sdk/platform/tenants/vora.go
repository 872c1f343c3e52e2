package tenants

import (
	"context"
	"errors"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// The kinds of Vora.
const (
	VoraAPIKey        Kind = "vora_api_key"        // vp_sk_…; authenticates calls, and signs the deliveries of webhooks v1
	VoraSessionSecret Kind = "vora_session_secret" // ss_…; signs return URLs
	VoraWebhookSecret Kind = "vora_webhook_secret" // whsec_…; signs the deliveries of webhooks v2
)

var atVora = strategy{
	gateway: sdk.GatewayVora,
	apiKey:  VoraAPIKey,
	kinds: map[Kind]kind{
		VoraAPIKey:        {Accepted: accepted(sdk.GatewayVora, "secret", "a secret API key: vp_sk_…"), signs: true},
		VoraSessionSecret: {Accepted: accepted(sdk.GatewayVora, "session_secret", "a session signing secret: ss_…"), signs: true},
		VoraWebhookSecret: {Accepted: accepted(sdk.GatewayVora, "webhook_secret", "a webhook signing secret: whsec_…"), signs: true},
	},
	namesMerchants: true,
	client: func(_ *Directory, _ Tenant, apiKey string, opts []sdk.ClientOption) (platform.Gateway, error) {
		client, err := vora.New(apiKey, opts...)
		if err != nil {
			return nil, err
		}
		return platform.NewVora(client), nil
	},
	verifiers: func(d *Directory, opts []webhooks.VerifierOption) []*webhooks.Verifier {
		keys := webhooks.KeySourceFunc(d.merchantKeys)
		return []*webhooks.Verifier{webhooks.Vora(keys, opts...), webhooks.VoraV2(keys, opts...)}
	},
	tenantOf: func(info *webhooks.EventInfo) string { return info.Reference },
}

// merchantKeys are those of the merchant that a delivery claims to be from.
func (d *Directory) merchantKeys(ctx context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
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
		return voraSigningKeys(found.tenant), webhooks.ErrOffboarded
	}
	return voraSigningKeys(found.tenant), nil
}

// voraSigningKeys are the keys that may have signed a tenant's deliveries. All are of the API key's
// mode: a subscription's secret does not say, and may sign events of both.
func voraSigningKeys(t Tenant) (keys []webhooks.SigningKey) {
	for _, signs := range []struct {
		kind   Kind
		scheme webhooks.Scheme
	}{{VoraAPIKey, webhooks.SchemeVoraV1}, {VoraWebhookSecret, webhooks.SchemeVoraV2}} {
		credential := t.Credentials[signs.kind]
		key := webhooks.SigningKey{
			Secret: credential.Current, Name: string(signs.kind), Scheme: signs.scheme, MerchantID: t.MerchantID, Reference: t.ID,
			Mode: modeOf(t.Credentials[VoraAPIKey].Current),
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
