// Command vora creates a session.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func main() {
	client, err := vora.New(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	created, err := client.CreateSession(context.Background(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
	fmt.Println(json.NewEncoder(os.Stdout).Encode(created), err)
}
