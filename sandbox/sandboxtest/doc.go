// Package sandboxtest gives each test both gateways: APIs, hosted pages with a buyer in front of them, signed webhooks,
// and a clock that stands still until the test moves it. Nothing leaves the machine, nothing sleeps, and tests can run in
// parallel, because each has gateways of its own.
//
// Start them, then the shop under test with a client of theirs, and register where the shop takes Vora's events.
// (VisionScope is told with each checkout.)
//
//	gateways := sandboxtest.Start(t)
//	shop := httptest.NewServer(newShop(gateways.Vora(sandbox.Acme)))
//	t.Cleanup(shop.Close)
//	err := gateways.SetWebhookURL(sandbox.Acme.ID, shop.URL+"/webhooks/vora")
//
// There is a client for each of the sample merchants, sandbox.Acme and those that gateways.Merchants lists. A shop that
// makes its own takes gateways.URL and the merchant's keys. Where the shop does not need the gateways to start, it can be
// first: sandboxtest.Start(t, sandbox.WithWebhookURL(sandbox.Acme.ID, shop.URL+"/webhooks/vora")).
//
// Now be the buyer. A button gives the address that the browser is sent to, signed as the gateway signs it, or nil when
// the buyer stays on the page:
//
//	created, err := client.CreateSession(ctx, vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: shop.URL + "/thanks"})
//	back := gateways.Open(created.CheckoutURL).Pay(buyer.CardApproved)
//
// When the shop has created the session, its answer to the buyer leads there:
//
//	page := gateways.Open(sdk.NewSecret(answer.Header.Get("Location")))
//
//	page := gateways.Open(created.CheckoutURL)
//	page.Pay(buyer.CardChallenge) // 3D Secure
//	back := page.Press(buyer.ButtonPassChallenge)
//
// A card decides the outcome, as does the amount 200 at Vora. [Page.Fill] sets a field of the form, [Page.Press] presses
// the other buttons.
//
// # Webhooks
//
// An event is delivered when its time comes: at once with Vora, 2 s or 10 s after the payment with VisionScope, and again
// when the shop did not take it. WaitDelivery moves the clock as far as that takes, and returns when the shop has
// answered:
//
//	delivery := gateways.WaitDelivery(created.ID, "session.succeeded")
//	require.Equal(t, control.DeliveryAccepted, delivery.State)
//
// Look at the state: a delivery that the shop refused, or that had no address to go to, has come to its end as well. What
// the shop does after its answer, in a queue of its own, is not waited for. A shop that does not answer at all is waited
// for as long as the gateways wait, 10 s of the machine's time for each attempt, unless its test shortens that:
//
//	sandbox.WithHTTPClient(&http.Client{Transport: &http.Transport{ResponseHeaderTimeout: 100 * time.Millisecond}})
//
// What the gateways can do wrong, a test can ask them to: PauseDeliveries (the return comes before the webhook), InjectDeliveryFaults
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
//	gateways.Inject(control.Fault{Route: "POST /v1/sessions", Times: 1, ResetAfter: true})
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
//
// They are the same in every test, too. Tests whose shops share a database give each a seed of its own, with
// sandbox.WithSeed.
package sandboxtest
