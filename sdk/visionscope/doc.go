// Package visionscope is a client for VisionScope Checkout.
//
// There is one call. A checkout cannot be read back: its outcome comes from the webhook alone
// (package webhooks), which is signed with a secret that belongs to the checkout.
//
//	client, err := visionscope.New(os.Getenv("VISIONSCOPE_API_KEY"), sdk.WithBaseURL(visionscope.DevelopmentURL))
//	…
//	secret := visionscope.NewWebhookSecret() // store it with order 789012
//	created, err := client.CreateCheckout(ctx, visionscope.CheckoutParams{
//		Amount:        money.MustParse("10.00", "EUR"),
//		WebhookURL:    "https://shop.example.com/webhook?order=789012",
//		WebhookSecret: secret,
//		ReturnURL:     "https://shop.example.com/return",
//	})
//	…
//	created.Redirect(w, r)
//
// Store the secret with the order before you create, and name the order in the webhook's URL: when
// the response is lost, there may be a checkout whose session you do not know, and its webhook
// finds order and key nevertheless. Store created.ID before you redirect.
package visionscope
