// Package platform puts the gateways behind one interface, for programs that take payments for many
// merchants.
//
//	gateway := platform.NewVora(client) // one for each merchant
//	payment, err := gateway.Purchase(ctx, platform.Purchase{
//		Reference: platform.Reference("crm", "order-789012", 1),
//		Amount:    money.Minor(1499, "USD"),
//		ReturnURL: "https://crm.example.com/return",
//	})
//	switch {
//	case err != nil:
//		… // nothing was made; platform.HandlingOf says what to do
//	case payment.Status == platform.StatusUnknown:
//		… // nobody knows if something was made; see payment.Cause
//	case payment.Status == platform.StatusPending:
//		payment.Redirect(w, r)
//	}
//
// A hosted checkout authorizes and captures in one, so [Gateway] has one call for both. What only
// some gateways can do is an interface of its own ([Retriever], [Refunder]), which the others do
// not implement; [Gateway.Capability] says why not.
//
// A buyer who is in 3D Secure cannot be told from one who has not opened the page: both are
// pending, at both gateways.
package platform
