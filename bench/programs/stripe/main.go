// Command stripe creates a session at Stripe.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/stripe/stripe-go/v83"
)

func main() {
	fmt.Println(stripe.NewClient(os.Args[1]).V1CheckoutSessions.Create(context.Background(), &stripe.CheckoutSessionCreateParams{}))
}
