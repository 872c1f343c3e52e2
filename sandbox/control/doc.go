// Package control is the sandbox's control API in Go: the JSON bodies of the calls below
// /_sandbox/, and a client for them. With it a program controls a sandbox that runs in another
// process, as the dashboard and curl do. In one process, the methods of
// [github.com/hostedpay/hostedpay-go/sandbox.Sandbox] do the same and return the same types.
//
//	client, err := control.New("http://127.0.0.1:4010")
//	…
//	_, err = client.InjectFault(ctx, control.Fault{Route: "POST /v1/sessions", Times: 1, Status: 503})
//	…
//	deliveries, err := client.WaitDeliveries(ctx, control.DeliveryFilter{SessionID: id}, 10*time.Second)
//
// The calls are documented in docs/sandbox-reference.md, "The control API".
package control
