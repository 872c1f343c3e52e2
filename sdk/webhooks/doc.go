// Package webhooks receives what the gateways report: it verifies, decodes, drops duplicates and
// calls your function.
//
//	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(os.Getenv("VON_PAY_SECRET_KEY"))})
//	…
//	handler, err := webhooks.NewHandler(webhooks.Vora(keys), func(ctx context.Context, event webhooks.Event) error {
//		switch event := event.(type) {
//		case *webhooks.SessionSucceeded:
//			return shop.Ship(ctx, event.SessionID, event.Amount)
//		case *webhooks.RefundCreated:
//			return shop.Refund(ctx, event.RefundID, event.Amount)
//		}
//		return nil
//	})
//	…
//	http.Handle("POST /webhooks/vora", handler)
//
// The order of things is fixed, because each step protects the next: read the raw body once,
// bounded; find the keys; verify against every one of them in constant time; decode; claim the
// event's dedupe key; call the function; complete the claim, or release it when the function
// failed, so that the gateway's next delivery does the work.
//
// An event is acknowledged only when the function has returned nil. Events may come twice and in
// any order; package orders works out the state of an order that does not depend on it.
//
// One endpoint for several schemes is [Any]; a receiver behind an API gateway is package
// webhooks/lambda. Why a delivery was rejected is for the log, where the handler writes it, and for
// [Diagnose]. docs/webhooks.md starts from the symptom.
package webhooks
