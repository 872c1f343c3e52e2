package webhooks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A table of events, of which this example has only the rows in memory.
type eventTable struct{ rows map[string][]byte }

// Accept makes an event durable, once; the work is done later, by somebody else.
func (t eventTable) Accept(_ context.Context, event webhooks.Event) (webhooks.Acceptance, error) {
	key := event.Info().DedupeKey
	if _, known := t.rows[key]; known {
		return webhooks.Acceptance{Status: webhooks.AcceptanceDuplicate}, nil
	}
	row, err := json.Marshal(webhooks.NewStoredEvent(event))
	if err != nil {
		return webhooks.Acceptance{}, err
	}
	t.rows[key] = row
	return webhooks.Acceptance{Status: webhooks.AcceptanceDone}, nil
}

// An inbox acknowledges events as soon as they are stored, and works on them afterwards.
func ExampleNewAcceptingHandler() {
	const apiKey = "vp_sk_test_example"
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(apiKey), Name: "current"})
	if err != nil {
		fmt.Println(err)
		return
	}
	inbox := eventTable{map[string][]byte{}}
	handler, err := webhooks.NewAcceptingHandler(webhooks.Vora(keys), inbox)
	if err != nil {
		fmt.Println(err)
		return
	}

	delivery := webhookstest.Vora(apiKey, webhookstest.SessionSucceeded())
	for range 2 {
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, webhookstest.Redelivery(delivery))
		fmt.Print(response.Code, " ", response.Body)
	}

	// Later, in a worker: nobody else can write to the table, so that what stands in it can be
	// trusted.
	for _, row := range inbox.rows {
		var stored webhooks.StoredEvent
		if err := json.Unmarshal(row, &stored); err != nil {
			fmt.Println(err)
			return
		}
		event, err := webhooks.TrustStoredEvent(stored)
		if paid, ok := event.(*webhooks.SessionSucceeded); ok {
			fmt.Println("ship", paid.SessionID, "for", paid.Amount, "verified with the key named", paid.KeyName, err)
		}
	}
	// Output:
	// 200 {"received":true}
	// 200 {"received":true,"duplicate":true}
	// ship vp_cs_test_k3TqJ9xWz2LmN8pR for 14.99 USD verified with the key named current <nil>
}
