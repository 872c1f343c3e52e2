// Package webhookstest makes signed deliveries, as the gateways send them, for tests of an
// application. It needs no network, no sandbox and no testing library.
//
// A delivery is made of a body and a signature. Start from a ready-made body, change what the test
// is about, and sign it for the scheme of the receiver:
//
//	body := webhookstest.SessionSucceeded(
//		webhookstest.SessionID(order.SessionID),
//		webhookstest.Amount(money.Minor(1499, "USD")),
//	)
//	delivery := webhookstest.Vora(secret, body)
//
//	recorder := httptest.NewRecorder()
//	shop.ServeHTTP(recorder, delivery)
//	require.Equal(t, http.StatusOK, recorder.Code)
//
// The delivery is an ordinary [http.Request]: give it to a handler, to a router, or, with [To]
// naming the address of a [net/http/httptest.Server], to an [http.Client]. [Redelivery] is the
// same delivery once more, for testing duplicates.
//
// Bodies have the fields and the values of the documentation. [SessionID], [MerchantID], [Amount]
// and [HappenedAt] know how each gateway writes them, minor or major units included; [Set] and
// [Unset] reach every field by its name, and can make what a gateway never should:
//
//	webhookstest.RefundCreated(webhookstest.Set("refundId", "re_2"))
//	webhookstest.PaymentSucceeded(webhookstest.Set("amount", "ten"))
//	webhookstest.SessionFailed(webhookstest.Unset("status"))
//
// So do the options of a delivery: [WithBodyAfterSigning] tampers, [WithoutSignature] forgets, [At]
// is early or late. A test that only ever sees good deliveries does not notice that verification is
// switched off.
//
// Like [net/http/httptest.NewRequest], the functions panic when a test asks for what cannot be
// made.
package webhookstest
