package webhooks_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func ExampleNewHandler() {
	const apiKey = "vp_sk_test_example"
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret(apiKey)})
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := webhooks.NewHandler(webhooks.Vora(keys), func(_ context.Context, event webhooks.Event) error {
		switch event := event.(type) {
		case *webhooks.SessionSucceeded:
			fmt.Println("ship", event.Metadata["orderId"], "for", event.Amount)
		case *webhooks.SessionFailed:
			fmt.Println("ask for another card:", event.Reason)
		case *webhooks.RefundCreated:
			fmt.Println("refunded", event.Amount, "as", event.RefundID)
		default: // nothing to do for the rest
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// What the gateway sends: a payment, the same once more, a partial refund.
	for _, body := range [][]byte{webhookstest.SessionSucceeded(), webhookstest.SessionSucceeded(), webhookstest.RefundCreated()} {
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, webhookstest.Vora(apiKey, body))
		fmt.Print(response.Code, " ", response.Body)
	}
	// Output:
	// ship order-789012 for 14.99 USD
	// 200 {"received":true}
	// 200 {"received":true,"duplicate":true}
	// refunded 5.00 USD as re_5Tq81mXc
	// 200 {"received":true}
}

func ExampleVerifier_Verify() {
	const secret = "6d0f2c1b8a9e4f7053b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617"
	// Each checkout has the secret that it was created with.
	verifier := webhooks.VisionScope(webhooks.KeySourceFunc(func(_ context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
		if hint.SessionID != "cs_mo8ly3a8_67d5e72898f11888" {
			return nil, webhooks.ErrUnknownMerchant
		}
		return []webhooks.SigningKey{{Secret: sdk.NewSecret(secret)}}, nil
	}))
	verify := func(delivery *http.Request) {
		body, err := io.ReadAll(delivery.Body)
		if err != nil {
			fmt.Println(err)
			return
		}
		event, err := verifier.Verify(context.Background(), delivery.Header, body)
		var rejection *webhooks.Rejection
		switch {
		case errors.As(err, &rejection):
			fmt.Println("rejected:", rejection.Reason)
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println(event.Info().Type, event.Info().Amount)
		}
	}

	body := webhookstest.PaymentSucceeded()
	verify(webhookstest.VisionScope(secret, body))
	verify(webhookstest.VisionScope(secret, body, webhookstest.WithBodyAfterSigning([]byte(`{"amount":9999}`))))
	verify(webhookstest.VisionScope("guessed", body))
	// Output:
	// payment.success 10.00 EUR
	// rejected: unknown_merchant
	// rejected: wrong_signature
}

func ExampleStaticKeys() {
	// The environment variable was not set: better to hear of it now than to accept what anybody
	// signed with nothing.
	_, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret("")})
	fmt.Println(err)
	// Output: webhooks: signing key 0 ("current") has an empty secret: is its environment variable set?
}

func ExampleAny() {
	const apiKey, subscription = "vp_sk_test_example", "whsec_the_example"
	keys, err := webhooks.StaticKeys( // each is used for the scheme that its prefix names
		webhooks.SigningKey{Name: "API key", Secret: sdk.NewSecret(apiKey)},
		webhooks.SigningKey{Name: "subscription", Secret: sdk.NewSecret(subscription)},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier := webhooks.Any(webhooks.Vora(keys), webhooks.VoraV2(keys))

	v1, v2 := webhookstest.SessionSucceeded(), webhookstest.VoraV2Event("payout.paid", nil)
	match, err := verifier.Authenticate(context.Background(), webhookstest.Vora(apiKey, v1).Header, v1)
	fmt.Println(match.Scheme, match.KeyName, err)
	match, err = verifier.Authenticate(context.Background(), webhookstest.VoraV2(subscription, v2).Header, v2)
	fmt.Println(match.Scheme, match.KeyName, err)
	_, err = verifier.Authenticate(context.Background(), webhookstest.VoraV2(apiKey, v2).Header, v2)
	fmt.Println(err)
	// Output:
	// vora-v1 API key <nil>
	// vora-v2 subscription <nil>
	// webhooks: a vora-v2 delivery was rejected: wrong_signature
}

func ExampleDiagnose() {
	const apiKey = "vp_sk_test_example"
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(apiKey)})
	if err != nil {
		fmt.Println(err)
		return
	}
	body := webhookstest.SessionSucceeded()
	delivery := webhookstest.Vora(apiKey, body)
	arrived := append(bytes.Clone(body), '\n') // a proxy's doing

	diagnosis := webhooks.Diagnose(context.Background(), webhooks.Vora(keys), delivery.Header, arrived)
	fmt.Println(diagnosis.Rejection.Reason)
	for _, finding := range diagnosis.Findings {
		fmt.Println(finding.Cause, finding.Proven)
		fmt.Println(finding.Advice)
	}
	// Output:
	// wrong_signature
	// trailing_newline true
	// something added a line break at the end of the body, or took it away: hand the body on byte for byte
}
