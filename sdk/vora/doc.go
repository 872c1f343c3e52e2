// Package vora is a client for Vora, the hosted checkout of Von Payments.
//
// A session is one purchase: create it, send the buyer to its page, and let the webhook (package
// webhooks) or [Client.ConfirmReturn] tell you the outcome. The key's prefix selects test or live.
//
//	client, err := vora.New(os.Getenv("VON_PAY_SECRET_KEY"))
//	…
//	created, err := client.CreateSession(ctx, vora.SessionParams{
//		Amount:     money.Minor(1499, "USD"),
//		SuccessURL: "https://shop.example.com/thanks",
//	}, sdk.WithIdempotencyKey(vora.IdempotencyKey("acme", "order-789012", 1)))
//	…
//	created.Redirect(w, r)
//
// Store created.ID with the order before you redirect.
package vora
