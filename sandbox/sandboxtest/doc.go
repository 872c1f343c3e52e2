// Package sandboxtest gives each test both gateways: APIs, hosted pages with a buyer in front of them, signed webhooks,
// and a clock that stands still until the test moves it. Nothing leaves the machine, nothing sleeps, and tests can run in
// parallel, because each has gateways of its own.
//
// Start them, and register where the shop under test takes Vora's events:
//
//	shop := httptest.NewServer(newShop())
//	gateways := sandboxtest.Start(t, sandbox.WithWebhookURL(sandbox.Acme.ID, shop.URL+"/webhooks/vora"))
//
// A client is ready for each of the sample merchants, or the shop makes its own from gateways.URL and the merchant's
// keys:
//
//	client := gateways.Vora(sandbox.Acme)
//	created, err := client.CreateSession(ctx, vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: shop.URL + "/thanks"})
//
// Now be the buyer. A button gives the address that the browser is sent to, signed as the gateway signs it, or nil when
// the buyer stays on the page:
//
//	back := gateways.Open(created.CheckoutURL).Pay(sandboxtest.Approved)
//
//	page := gateways.Open(created.CheckoutURL)
//	page.Pay(sandboxtest.Challenge) // 3D Secure
//	back := page.PassChallenge()
//
// A card decides the outcome, as does the amount 200 at Vora. [Page.Fill] types into the form, [Page.Decline] and
// [Page.Cancel] press the other buttons.
//
// # Webhooks
//
// An event is delivered when its time comes: at once with Vora, 2 s or 10 s after the payment with VisionScope, and again
// when the shop did not take it. WaitDelivery moves the clock as far as that takes, and returns when the shop has
// answered:
//
//	delivery := gateways.WaitDelivery(created.ID, "session.succeeded")
//	require.Equal(t, sandbox.DeliveryAccepted, delivery.State)
//
// What the gateways can do wrong, a test can ask them to: PauseDeliveries (the return comes before the webhook), Disturb
// (lost, late, twice, in another order, wrongly signed), Resend, Refund, RotateKey. All methods of [sandbox.Sandbox] are
// there.
//
// # Time
//
// The clock starts at the machine's time and then stands still, so that a shop that compares a signature's time with its
// own clock accepts it. Whoever moves it by more than the five minutes of Vora's window gives the shop the same clock:
// webhooks.WithClock(gateways.Now).
//
//	gateways.Advance(30 * time.Minute) // the session expires, and the shop is told
//
// # Faults
//
// Inject lets calls go wrong, the next one or all of a route, and Requests tells what arrived, attempt by attempt:
//
//	gateways.Inject(sandbox.Fault{Route: "POST /v1/sessions", Times: 1, ResetAfter: true})
//
// The client's waits between its attempts are real. An answer with RetryAfter "0" is repeated at once; and
// sdk.WithMaxRetries(0) turns repetition off.
//
// # Ids
//
// Ids are the same in every run, in the order in which things are made: a golden file can hold them. VisionScope's
// contain the time of the clock; give it another start for them:
//
//	sandboxtest.Start(t, sandbox.WithClock(sandbox.NewManualClock(start)))
package sandboxtest
