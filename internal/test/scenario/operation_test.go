package scenario_test

import (
	"context"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

const (
	voraKey        = "vp_sk_test_4eC39HqLyjWDarjtT1zdp7dc"
	visionScopeKey = "vsk_live_9aB3cD5eF7gH1jK2"
	webhookSecret  = "6d0f2c1b8a9e4f7053b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617"

	sessionID   = "vp_cs_test_k3TqJ9xWz2LmN8pR"
	checkoutID  = "cs_mo8ly3a8_67d5e72898f11888"
	ownKey      = "sticky_order-789012_attempt-1"
	sessionPage = "https://checkout.vonpay.com/c/vp_cs_test_k3TqJ9xWz2LmN8pR"
)

// secrets must not turn up in an error, a printed result or a log.
func secrets() []string {
	return []string{
		voraKey, visionScopeKey, webhookSecret, sessionPage, "https://pay.visionscopeai.com/checkout/" + checkoutID,
		"vp_sk_live_somebodyElses", "whsec_somebodyElses", "ss_test_somebodyElses",
	}
}

// An operation is one method of a public client.
type operation struct {
	name   string // as errors name it
	server string
	method string
	path   string
	query  string
	body   string // JSON that its request must equal; empty for reads
	key    bool   // sends an idempotency key
	once   bool   // repeating it may do it twice
	secret string // header that carries the API key; empty for calls that need none

	// call makes a client with the client's options and calls it with the call's.
	call func(ctx context.Context, client []sdk.ClientOption, call []sdk.CreateOption) (outcome, error)
}

// An outcome is a result, and the part of it that a scenario expects.
type outcome struct {
	result   any
	said     string
	response sdk.Response
}

func params() vora.SessionParams {
	return vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com/thanks"}
}

func createSession() operation {
	return operation{
		name: "vora.CreateSession", server: "https://checkout.vonpay.com", method: "POST", path: "/v1/sessions",
		body: voraExample("components", "examples", "MinimalSession", "value"), key: true, secret: "Authorization",
		call: func(ctx context.Context, client []sdk.ClientOption, call []sdk.CreateOption) (outcome, error) {
			return with(client, func(c *vora.Client) (outcome, error) {
				created, err := c.CreateSession(ctx, params(), call...)
				if err != nil {
					return outcome{result: created}, err
				}
				return outcome{created, created.ID, created.Response}, nil
			})
		},
	}
}

func validateSession() operation {
	return operation{
		name: "vora.ValidateSession", server: "https://checkout.vonpay.com", method: "POST", path: "/v1/sessions", query: "dry_run=true",
		body: voraExample("components", "examples", "MinimalSession", "value"), secret: "Authorization",
		call: func(ctx context.Context, client []sdk.ClientOption, call []sdk.CreateOption) (outcome, error) {
			return with(client, func(c *vora.Client) (outcome, error) {
				validation, err := c.ValidateSession(ctx, params(), forAnyCall(call)...)
				switch {
				case err != nil:
					return outcome{result: validation}, err
				case validation.Valid:
					return outcome{validation, "valid", validation.Response}, nil
				}
				return outcome{validation, "invalid: " + validation.Errors[0], validation.Response}, nil
			})
		},
	}
}

func getSession() operation {
	return operation{
		name: "vora.GetSession", server: "https://checkout.vonpay.com", method: "GET", path: "/v1/sessions/" + sessionID, secret: "Authorization",
		call: func(ctx context.Context, client []sdk.ClientOption, call []sdk.CreateOption) (outcome, error) {
			return with(client, func(c *vora.Client) (outcome, error) {
				session, err := c.GetSession(ctx, sessionID, forAnyCall(call)...)
				if err != nil {
					return outcome{result: session}, err
				}
				return outcome{session, string(session.Status) + " " + session.Amount.String(), session.Response}, nil
			})
		},
	}
}

func health() operation {
	return operation{
		name: "vora.Health", server: "https://checkout.vonpay.com", method: "GET", path: "/v1/health",
		call: func(ctx context.Context, client []sdk.ClientOption, call []sdk.CreateOption) (outcome, error) {
			return with(client, func(c *vora.Client) (outcome, error) {
				health, err := c.Health(ctx)
				if err != nil {
					return outcome{result: health}, err
				}
				return outcome{health, health.Status, health.Response}, nil
			})
		},
	}
}

func discovery() operation {
	return operation{
		name: "vora.Discovery", server: "https://checkout.vonpay.com", method: "GET", path: "/v1/discovery",
		call: func(ctx context.Context, client []sdk.ClientOption, call []sdk.CreateOption) (outcome, error) {
			return with(client, func(c *vora.Client) (outcome, error) {
				discovery, err := c.Discovery(ctx, forAnyCall(call)...)
				if err != nil {
					return outcome{result: discovery}, err
				}
				return outcome{discovery, discovery.APIVersion, discovery.Response}, nil
			})
		},
	}
}

// forAnyCall is the same options for an operation that takes no idempotency key.
func forAnyCall(options []sdk.CreateOption) (all []sdk.CallOption) {
	for _, o := range options {
		all = append(all, o.(sdk.CallOption))
	}
	return all
}

func with(options []sdk.ClientOption, call func(*vora.Client) (outcome, error)) (outcome, error) {
	client, err := vora.New(voraKey, options...)
	if err != nil {
		return outcome{}, err
	}
	return call(client)
}

func createCheckout() operation {
	return operation{
		name: "visionscope.CreateCheckout", server: visionscope.DevelopmentURL, method: "POST", path: "/api/checkout/create",
		body:   visionScopeExample("paths", "/api/checkout/create", "post", "requestBody", "content", "application/json", "examples", "checkout", "value"),
		secret: "X-Api-Key", once: true,
		call: func(ctx context.Context, options []sdk.ClientOption, call []sdk.CreateOption) (outcome, error) {
			client, err := visionscope.New(visionScopeKey, options...)
			if err != nil {
				return outcome{}, err
			}
			created, err := client.CreateCheckout(ctx, visionscope.CheckoutParams{
				Amount:        money.MustParse("10.00", "EUR"),
				WebhookURL:    "https://shop.example.com/webhook",
				WebhookSecret: sdk.NewSecret(webhookSecret),
				ReturnURL:     "https://shop.example.com/return",
			}, forAnyCall(call)...)
			if err != nil {
				return outcome{result: created}, err
			}
			return outcome{created, created.ID, created.Response}, nil
		},
	}
}
