// Package tenants keeps the merchants of a platform: their credentials, and a client for each.
//
//	directory, err := tenants.NewDirectory(tenants.NewMemoryStore(), tenants.WithRoutes(routes))
//	…
//	err = directory.Add(ctx, tenants.Tenant{
//		ID: "acme", Gateway: sdk.GatewayVora, MerchantID: "mer_acme_vitamins",
//		Credentials: tenants.Credentials{tenants.VoraAPIKey: {Current: sdk.NewSecret("vp_sk_…")}},
//	})
//	…
//	book, err := charges.New("crm", store, directory.Gateway)
//	handler, err := webhooks.NewHandler(directory.Verifier(), func(ctx context.Context, event webhooks.Event) error {
//		_, _, err := book.Take(ctx, tenants.Of(event), event)
//		return err
//	})
//
// One directory serves all tenants of a process: a client for each in a bounded cache, one
// transport and one limiter for all of them. What one process changes the others see when a tenant
// in their cache is older than a few seconds, or when its gateway rejects the API key.
package tenants
