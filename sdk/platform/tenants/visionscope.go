package tenants

import (
	"context"
	"errors"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// VisionScopeAPIKey is VisionScope's only kind: vsk_…; authenticates calls.
const VisionScopeAPIKey Kind = "visionscope_api_key"

var atVisionScope = strategy{
	gateway: sdk.GatewayVisionScope,
	apiKey:  VisionScopeAPIKey,
	kinds: map[Kind]kind{
		VisionScopeAPIKey: {Accepted: accepted(sdk.GatewayVisionScope, "secret", "an API key: vsk_…")},
	},
	client: func(d *Directory, t Tenant, apiKey string, opts []sdk.ClientOption) (platform.Gateway, error) {
		if d.routes == nil {
			return nil, errors.New("the directory has no routes for VisionScope's events: see WithRoutes")
		}
		client, err := visionscope.New(apiKey, opts...)
		if err != nil {
			return nil, err
		}
		return platform.NewVisionScope(client, d.routes, t.ID), nil
	},
	verifiers: func(d *Directory, opts []webhooks.VerifierOption) []*webhooks.Verifier {
		if d.routes == nil {
			return nil
		}
		return []*webhooks.Verifier{webhooks.VisionScope(webhooks.KeySourceFunc(d.routeKeys), opts...)}
	},
	// The routes have it from the URL that their key is derived from.
	tenantOf: func(info *webhooks.EventInfo) string { return info.MerchantID },
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
