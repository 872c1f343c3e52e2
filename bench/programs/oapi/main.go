// Command oapi creates a session with a generated client and retries.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/hostedpay/hostedpay-go/bench/plain"
)

func main() {
	client, err := plain.NewClientWithResponses(os.Args[1], plain.WithHTTPClient(retryablehttp.NewClient().StandardClient()))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(client.CreateSessionWithResponse(context.Background(), nil, plain.CreateSessionJSONRequestBody{Amount: 1499, Currency: "USD"}))
}
