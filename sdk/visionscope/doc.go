// Package visionscope is a client for VisionScope Checkout.
//
// There is one call. A checkout cannot be read back: its outcome comes from the webhook alone
// (package webhooks), which is signed with a secret that belongs to the checkout.
//
//	client, err := visionscope.New(os.Getenv("VISIONSCOPE_API_KEY"), sdk.WithBaseURL(visionscope.DevelopmentURL))
//	…
//	secret := visionscope.NewWebhookSecret()
//	created, err := client.CreateCheckout(ctx, visionscope.CheckoutParams{
//		Amount:        money.MustParse("10.00", "EUR"),
//		WebhookURL:    "https://shop.example.com/webhook",
//		WebhookSecret: secret,
//		ReturnURL:     "https://shop.example.com/return",
//	})
//	…
//	created.Redirect(w, r)
//
// Store created.ID and the secret with the order before you redirect: the webhook names the
// session, and the secret verifies it.
package visionscope
