// Package sandboxtest gives each test its own gateways: APIs, hosted pages with a buyer in front of
// them, signed webhooks, and a clock that stands still until the test advances it. Nothing leaves
// the machine, nothing sleeps, and tests can run in parallel.
//
// Start the gateways, then the shop under test with one of their clients, and register where the
// shop receives Vora's events. (At VisionScope the webhook URL comes with each checkout.)
//
//	gateways := sandboxtest.Start(t)
//	shop := httptest.NewServer(newShop(gateways.Vora(sandbox.Acme)))
//	t.Cleanup(shop.Close)
//	err := gateways.SetWebhookURL(sandbox.Acme.ID, shop.URL+"/webhooks/vora")
//
// There is a client for each of the sample merchants: sandbox.Acme and the others that
// gateways.Merchants lists. A shop that makes its own client takes gateways.URL and the merchant's
// keys. A shop that does not need the gateways to start can be first: sandboxtest.Start(t,
// sandbox.WithWebhookURL(sandbox.Acme.ID, shop.URL+"/webhooks/vora")).
//
// Now be the buyer. A button returns the URL that the browser is sent to, signed as the gateway
// signs it, or nil when the buyer stays on the page:
//
//	created, err := client.CreateSession(ctx, vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: shop.URL + "/thanks"})
//	back := gateways.Open(created.CheckoutURL).Pay(buyer.CardApproved)
//
// When the shop has created the session, its response to the buyer leads there:
//
//	page := gateways.Open(sdk.NewSecret(response.Header.Get("Location")))
//	page.Pay(buyer.CardChallenge) // 3D Secure
//	back := page.Press(buyer.ButtonPassChallenge)
//
// The card decides the outcome, as does the amount 200 at Vora. [Page.Fill] sets a field of the
// form, [Page.Press] presses the other buttons.
//
// # Webhooks
//
// An event is delivered when it is due: at once by Vora, 2 s or 10 s after the payment by
// VisionScope, and again when the shop did not accept it. WaitDelivery advances the clock as far as
// that takes, and returns when the shop has responded:
//
//	delivery := gateways.WaitDelivery(created.ID, "session.succeeded")
//	require.Equal(t, control.DeliveryAccepted, delivery.State)
//
// Check the state: a delivery that the shop never accepted, or that has no URL to go to, is
// returned as well. WaitDelivery does not wait for what the shop does after its response, in a
// queue of its own. A shop that does not respond at all is waited for as long as the gateways wait,
// 10 s of the machine's time for each attempt, unless the test shortens that:
//
//	sandbox.WithHTTPClient(&http.Client{Transport: &http.Transport{ResponseHeaderTimeout: 100 * time.Millisecond}})
//
// A test can also ask for what goes wrong: PauseDeliveries (the return comes before the webhook),
// InjectDeliveryFaults (lost, late, twice, out of order, signed with another secret), Resend,
// Refund, RotateKey. All methods of [sandbox.Sandbox] are there.
//
// # Time
//
// The clock starts at the machine's time and then stands still, so that a shop that compares a
// signature's time with its own clock accepts it. A test that advances it beyond Vora's replay
// window of five minutes gives the shop the same clock: webhooks.WithClock(gateways.Now).
//
//	gateways.Advance(30 * time.Minute) // the session expires, and the shop receives the event
//
// # Faults
//
// Inject makes calls go wrong, the next one or all of a route, and Requests lists what arrived,
// attempt by attempt:
//
//	gateways.Inject(control.Fault{Route: "POST /v1/sessions", Times: 1, ResetAfter: true})
//
// The client's waits between its attempts are real. With RetryAfter "0" it retries at once, and
// sdk.WithMaxRetries(0) turns retries off.
//
// # IDs
//
// IDs are the same in every run, in the order in which things are created, so that a golden file
// can contain them. VisionScope's contain the time of the clock: start it at a fixed time for them.
//
//	sandboxtest.Start(t, sandbox.WithClock(sandbox.NewManualClock(start)))
//
// IDs are also the same in every test. Tests whose shops share a database need a seed each:
// sandbox.WithSeed.
package sandboxtest
