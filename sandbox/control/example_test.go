package control_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// running stands in for a sandbox in another process: `hostedpay sandbox`.
func running() (baseURL string, stop func()) {
	gateways, err := sandbox.New(sandbox.WithTimeFactor(1000)) // redeliveries in milliseconds
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(gateways)
	return server.URL, func() {
		gateways.Close()
		server.Close()
	}
}

// A payment whose webhook is lost at the first attempt and delivered by the second.
func Example() {
	ctx := context.Background()
	baseURL, stop := running()
	defer stop()

	box, err := control.New(baseURL)
	if err != nil {
		panic(err)
	}
	must(box.SetWebhookURL(ctx, sandbox.Acme.ID, box.SinkURL()))
	must(box.InjectDeliveryFaults(ctx, control.DeliveryFaultDrop))

	client, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(baseURL))
	if err != nil {
		panic(err)
	}
	created, err := client.CreateSession(ctx, vora.SessionParams{Amount: money.Minor(1499, "USD")})
	if err != nil {
		panic(err)
	}
	page, err := buyer.Open(ctx, nil, created.CheckoutURL)
	if err != nil {
		panic(err)
	}
	if _, err := page.Pay(ctx, buyer.CardApproved); err != nil {
		panic(err)
	}

	deliveries, err := box.WaitDeliveries(ctx, control.DeliveryFilter{SessionID: created.ID}, 10*time.Second)
	if err != nil {
		panic(err)
	}
	for _, d := range deliveries {
		fmt.Println(d.Event, d.State)
		for _, a := range d.Attempts {
			fmt.Println(" ", a.Status, a.Fault)
		}
	}
	// Output:
	// session.succeeded accepted
	//   0 drop
	//   200
}

// The gateway is down for one call.
func ExampleClient_InjectFault() {
	ctx := context.Background()
	baseURL, stop := running()
	defer stop()

	box, err := control.New(baseURL)
	if err != nil {
		panic(err)
	}
	must(box.InjectFault(ctx, control.Fault{Route: "GET /v1/health", Times: 1, Status: http.StatusServiceUnavailable}))
	for range 2 {
		response, err := http.Get(baseURL + "/v1/health")
		if err != nil {
			panic(err)
		}
		must(response.Body.Close())
		fmt.Println(response.StatusCode)
	}
	// Output:
	// 503
	// 200
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
