package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	paddle "github.com/PaddleHQ/paddle-go-sdk/v4"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	stripewebhook "github.com/stripe/stripe-go/v83/webhook"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const (
	apiKey         = "vp_sk_test_benchmark"
	idempotencyKey = "acme_order-789012_1"
	standardSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
)

func verifying(context.Context) (*contest, error) {
	c := &contest{name: "verify, 300 bytes", about: "A delivery's signature is verified; the floor is one HMAC-SHA256, compared in constant time."}
	body := voraV1Event(300)
	floor := hmacFloor(apiKey, body)
	c.entrants = append(c.entrants, entrant{name: "floor: HMAC", do: func(int) error { return floor(body) }})
	for _, s := range schemes(300) {
		c.entrants = append(c.entrants, entrant{name: "hostedpay " + s.name, goal: "≤ 1.3", do: func(int) error {
			_, err := s.verifier.Authenticate(context.Background(), s.header, s.body)
			return err
		}})
	}
	for _, p := range peers(300) {
		c.entrants = append(c.entrants, entrant{name: p.name, do: func(int) error { return p.verify() }})
	}
	return c, nil
}

// scheme is one of ours, with a signed delivery.
type scheme struct {
	name     string
	verifier *webhooks.Verifier
	header   http.Header
	body     []byte
}

func schemes(size int) []scheme {
	v1, v2, visionScope := voraV1Event(size), voraV2Event(size), visionScopeEvent()
	return []scheme{
		{"Vora v1", webhooks.Vora(keys(apiKey)), webhookstest.Vora(apiKey, v1).Header, v1},
		{"Vora v2", webhooks.VoraV2(keys(standardSecret)), webhookstest.VoraV2(standardSecret, v2).Header, v2},
		{"VisionScope", webhooks.VisionScope(keys(apiKey)), webhookstest.VisionScope(apiKey, visionScope).Header, visionScope},
	}
}

func keys(secret string) webhooks.KeySource {
	source, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret(secret)})
	if err != nil {
		panic(err) // the secrets are constants
	}
	return source
}

// padded is a body that is made as long as is wanted by a note in it.
func padded(size int, with func(note string) []byte) []byte {
	return with(string(bytes.Repeat([]byte("x"), max(0, size-len(with(""))))))
}

func voraV1Event(size int) []byte {
	return padded(size, func(note string) []byte {
		return webhookstest.SessionSucceeded(webhookstest.Set("metadata", map[string]string{"orderId": "order-789012", "note": note}))
	})
}

func voraV2Event(size int) []byte {
	return padded(size, func(note string) []byte {
		return webhookstest.VoraV2Event("charge.succeeded", map[string]any{
			"session_id": "vp_cs_test_k3TqJ9xWz2LmN8pR", "transaction_id": "txn_9f3Ka71b", "amount": 1499, "currency": "USD", "note": note,
		})
	})
}

func visionScopeEvent() []byte { return webhookstest.PaymentSucceeded() }

// peer is another SDK with a delivery of its own scheme, of the same size.
type peer struct {
	name   string
	verify func() error
	decode func() error // verifies, too
}

func peers(size int) []peer {
	return []peer{stripePeer(size), paddlePeer(size), standardPeer(size), openAIPeer(size)}
}

func stripePeer(size int) peer {
	body := padded(size, func(note string) []byte {
		return []byte(`{"id":"evt_1","object":"event","type":"checkout.session.completed","created":1776777494,"livemode":false,"data":{"object":{"id":"cs_test_1","object":"checkout.session","amount_total":1499,"currency":"usd","note":"` + note + `"}}}`)
	})
	signed := stripewebhook.GenerateTestSignedPayload(&stripewebhook.UnsignedPayload{Payload: body, Secret: standardSecret})
	options := stripewebhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true}
	return peer{"stripe-go", func() error {
		return stripewebhook.ValidatePayload(body, signed.Header, standardSecret)
	}, func() error {
		_, err := stripewebhook.ConstructEventWithOptions(body, signed.Header, standardSecret, options)
		return err
	}}
}

func paddlePeer(size int) peer {
	body := padded(size, func(note string) []byte {
		return []byte(`{"event_id":"evt_1","event_type":"transaction.completed","occurred_at":"2026-04-21T13:18:14.650Z","data":{"id":"txn_1","status":"completed","currency_code":"USD","custom_data":{"note":"` + note + `"}}}`)
	})
	verifier := paddle.NewWebhookVerifier(standardSecret)
	header := http.Header{"Paddle-Signature": {"ts=1776777494;h1=" + hexHMAC(standardSecret, "1776777494:", body)}}
	verify := func() error {
		request := http.Request{Header: header, Body: io.NopCloser(bytes.NewReader(body))}
		ok, err := verifier.Verify(&request)
		if err == nil && !ok {
			err = errWrong
		}
		return err
	}
	return peer{"paddle-go-sdk", verify, func() error {
		if err := verify(); err != nil {
			return err
		}
		var event paddle.TransactionCompletedEvent
		return json.Unmarshal(body, &event)
	}}
}

func standardPeer(size int) peer {
	body := voraV1Event(size)
	webhook, err := standardwebhooks.NewWebhook(standardSecret)
	if err != nil {
		panic(err) // the secret is a constant
	}
	header := standardHeader(webhook, body)
	return peer{"standard-webhooks", func() error { return webhook.Verify(body, header) }, func() error {
		if err := webhook.Verify(body, header); err != nil {
			return err
		}
		var event plainEvent
		return json.Unmarshal(body, &event)
	}}
}

func openAIPeer(size int) peer {
	body := padded(size, func(note string) []byte {
		return []byte(`{"id":"evt_1","object":"event","type":"response.completed","created_at":1776777494,"data":{"id":"resp_1","note":"` + note + `"}}`)
	})
	client := openai.NewClient(option.WithAPIKey("sk-benchmark"), option.WithWebhookSecret(standardSecret))
	webhook, err := standardwebhooks.NewWebhook(standardSecret)
	if err != nil {
		panic(err) // the secret is a constant
	}
	header := standardHeader(webhook, body)
	return peer{"openai-go", func() error { return client.Webhooks.VerifySignature(body, header) }, func() error {
		_, err := client.Webhooks.Unwrap(body, header)
		return err
	}}
}
