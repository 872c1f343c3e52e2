// Package charges keeps what a platform must not forget about a payment: which page was shown,
// which attempt it is, what the gateway said, and what is to be given back.
//
//	book, err := charges.New("crm", charges.NewMemoryStore(), gatewayOf)
//	…
//	charge, err := book.Pay(ctx, "acme", "order-789012", platform.Purchase{Amount: …, ReturnURL: …})
//	switch charge.Status() {
//	case platform.StatusPending:
//		charge.Redirect(w, r)
//	…
//	}
//
// A refresh, a second process, or a program that was killed between any two steps goes on with the
// attempt that is there. A page is shown only after it was stored, and the page that was stored
// first is the only one that is shown: at VisionScope, which has no idempotency keys, a create that
// is repeated makes a second checkout that nobody ever sees.
//
// Events enter with [Book.Take], which finds their charge by session or by reference, so that an
// event that comes before the response to the create was stored is not lost.
package charges
