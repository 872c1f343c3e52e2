// Package sandbox is every gateway, offline: their APIs, hosted pages that a browser can pay on,
// signed webhooks with the documented redeliveries, and signed returns.
//
//	gateways, err := sandbox.New(sandbox.WithWebhookURL(sandbox.Acme.ID, "http://127.0.0.1:8081/webhooks/vora"))
//	…
//	defer gateways.Close()
//	server := httptest.NewServer(gateways)
//	client, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(server.URL))
//
// The sandbox is an [http.Handler]. It implements the server interfaces that are generated from the
// contracts, and its events are the contracts' types, so that client and sandbox are held to one
// contract.
//
// It knows the three sample merchants [Acme], [Brightline] and [Cobalt]. It keeps everything in
// memory, and sends to addresses on this machine only.
package sandbox
