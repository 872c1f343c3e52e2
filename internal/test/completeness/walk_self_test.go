package completeness_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// What is added to a contract and not to the SDK is missed by name.
func TestWalkNamesWhatIsMissing(t *testing.T) {
	t.Parallel()

	text := openapi3.NewStringSchema().NewRef()
	header := func(example string) *openapi3.HeaderRef {
		return &openapi3.HeaderRef{Value: &openapi3.Header{Parameter: openapi3.Parameter{Schema: text, Example: example}}}
	}
	schemaOf := func(c *openapi3.T, name string) *openapi3.Schema { return c.Components.Schemas[name].Value }
	for name, test := range map[string]struct {
		change func(*openapi3.T, *gateway)
		want   string
	}{
		"a response field": {
			func(c *openapi3.T, _ *gateway) { schemaOf(c, "Session").Properties["madeUp"] = text },
			"vora: getSession 200: Session.madeUp does not arrive: carry it, or list it as left out with the reason",
		},
		"a boolean": {
			func(c *openapi3.T, _ *gateway) {
				schemaOf(c, "CreatedSession").Properties["madeUp"] = openapi3.NewBoolSchema().NewRef()
			},
			"vora: createSession 201: CreatedSession.madeUp does not arrive: carry it, or list it as left out with the reason",
		},
		"a field of an error": {
			func(c *openapi3.T, _ *gateway) { schemaOf(c, "SelfHeal").Properties["madeUp"] = text },
			"vora: getSession 409: Error.selfHeal.madeUp does not arrive: carry it, or list it as left out with the reason",
		},
		"a field of an event": {
			func(c *openapi3.T, _ *gateway) { schemaOf(c, "RefundCreatedEvent").Properties["madeUp"] = text },
			"vora: event refundCreated: RefundCreatedEvent.madeUp does not arrive: carry it, or list it as left out with the reason",
		},
		"a field of a request": {
			func(c *openapi3.T, _ *gateway) { schemaOf(c, "LineItem").Properties["madeUpToo"] = text },
			"vora: createSession: no public call sends CreateSessionRequest.lineItems[].madeUpToo",
		},
		"a parameter": {
			func(c *openapi3.T, _ *gateway) {
				op := c.Paths.Value("/v1/sessions/{sessionId}").Get
				op.Parameters = append(op.Parameters, &openapi3.ParameterRef{Value: openapi3.NewQueryParameter("madeUp")})
			},
			"vora: getSession: no public call sends the query parameter madeUp",
		},
		"an event": {
			func(c *openapi3.T, _ *gateway) {
				schemaOf(c, "RefundCreatedEvent").Properties["event"].Value.Const = "refund.failed"
			},
			"vora: event refundCreated: RefundCreatedEvent arrives as *webhooks.UnknownEvent: refund.failed has no type of its own",
		},
		"an event that is not read": {
			func(c *openapi3.T, _ *gateway) { delete(schemaOf(c, "SessionFailedEvent").Properties, "amount") },
			"vora: event sessionFailed: SessionFailedEvent arrives as *webhooks.UnknownEvent: session.failed cannot be read: webhooks: sessionId, merchantId, amount or currency cannot be read",
		},
		"an operation": {
			func(c *openapi3.T, _ *gateway) { c.Paths.Value("/v1/health").Get.OperationID = "getPulse" },
			"vora: operation getPulse has no public call: add it to the gateway's table",
		},
		"a scheme": {
			func(c *openapi3.T, _ *gateway) { c.Webhooks["eventV2"].Post.Extensions["x-webhook-scheme"] = "v3" },
			"vora: event eventV2: webhook scheme v3 has no public verifier: add it to the gateway's table",
		},
		"a parameter of the return URL": {
			func(c *openapi3.T, _ *gateway) {
				c.Extensions["x-return-url"] = map[string]any{"parameters": []any{"session", "status", "amount", "currency", "transaction_id", "sig", "made_up"}}
			},
			"vora: x-return-url.made_up does not arrive: carry it, or list it as left out with the reason",
		},
		"the reader of the return URL": {
			func(_ *openapi3.T, g *gateway) { g.returns = nil },
			"vora: x-return-url: no public function reads the return query: add it to the gateway's table",
		},
		"a call that goes elsewhere": {
			func(_ *openapi3.T, g *gateway) { g.calls = map[string][]call{"getSession": g.calls["getDiscovery"]} },
			"vora: getSession 200: no public call makes this request: vora.Discovery: there is no such path (HTTP 404, session_not_found). Check the id and that the key belongs to the merchant and the mode that created the session.",
		},
		"a delivery that is not verified": {
			func(_ *openapi3.T, g *gateway) {
				g.verify = map[string]verify{"v1": func(context.Context, []byte) (webhooks.Event, http.Header, error) { return nil, nil, errors.New("no") }}
			},
			"vora: event sessionFailed: SessionFailedEvent is not verified: no",
		},
		"a value of a status": {
			func(c *openapi3.T, _ *gateway) {
				schemaOf(c, "SessionStatus").Enum = append(schemaOf(c, "SessionStatus").Enum, "disputed")
			},
			`vora: Session.status may be "disputed", and nobody has decided what that means: give it a constant, say whether it is final or paid where that counts, and list it`,
		},
		"a value of a request": {
			func(c *openapi3.T, _ *gateway) {
				schemaOf(c, "CreateSessionRequest").Properties["mode"].Value.Enum = []any{"payment", "setup"}
			},
			`vora: CreateSessionRequest.mode may be "setup", and nobody has decided what that means: give it a constant, say whether it is final or paid where that counts, and list it`,
		},
		"a value that is gone": {
			func(c *openapi3.T, _ *gateway) { schemaOf(c, "SessionStatus").Enum = []any{"pending"} },
			`vora: Session.status is never "refunded": remove it from the list of what is decided`,
		},
		"an enum that is gone": {
			func(_ *openapi3.T, g *gateway) { g.decided = map[string][]string{"Session.mode": {"payment"}} },
			"vora: Session.mode is listed as decided, and is no enum of the contract",
		},
		"a header of a response": {
			func(c *openapi3.T, _ *gateway) {
				c.Paths.Value("/v1/sessions/{sessionId}").Get.Responses.Value("200").Value.Headers["Made-Up"] = header("made up")
			},
			"vora: getSession: the header Made-Up of responses does not arrive: carry it, or list it as left out with the reason",
		},
		"a header of a delivery": {
			func(c *openapi3.T, _ *gateway) {
				op := c.Webhooks["sessionFailed"].Post
				op.Parameters = append(op.Parameters, &openapi3.ParameterRef{Value: openapi3.NewHeaderParameter("Made-Up")})
			},
			"vora: event sessionFailed: webhookstest sends no header Made-Up: send it, have the sandbox send it, and carry it where it says something to users",
		},
		"a field that is listed and arrives": {
			func(_ *openapi3.T, g *gateway) { g.leftOut = map[string]string{"Session.country": "because"} },
			"vora: Session.country is listed as left out, and arrives or is not in the contract",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contract, g := load(t, "vora"), voraGateway
			test.change(contract, &g)
			require.Contains(t, newWalk("vora", g, contract).run(t.Context()), test.want)
		})
	}
}

// A field that is left out for a reason is not missed.
func TestWalkLeavesOut(t *testing.T) {
	t.Parallel()

	contract, g := load(t, "vora"), voraGateway
	contract.Components.Schemas["Session"].Value.Properties["madeUp"] = openapi3.NewStringSchema().NewRef()
	contract.Components.Schemas["LineItem"].Value.Properties["madeUpToo"] = openapi3.NewStringSchema().NewRef()
	g.leftOut = map[string]string{"Session.madeUp": "nobody uses it", "CreateSessionRequest.lineItems[].madeUpToo": "nobody uses it"}
	for _, problem := range newWalk("vora", g, contract).run(t.Context()) {
		require.NotContains(t, problem, "madeUp")
		require.NotContains(t, problem, "madeUpToo")
	}
}

// A value that arrives as another value is missed: an enum is tried with each.
func TestWalkTriesEveryValue(t *testing.T) {
	t.Parallel()

	contract, g := load(t, "vora"), voraGateway
	g.calls = maps.Clone(g.calls)
	g.calls["getSession"] = []call{func(ctx context.Context, transport http.RoundTripper) (any, error) {
		result, err := getSession(ctx, transport)
		if err == nil {
			result.(*vora.Session).Status = vora.StatusPending
		}
		return result, err
	}}
	problems := newWalk("vora", g, contract).run(t.Context())
	require.Contains(t, problems, `vora: getSession 200: Session.status does not arrive when it is "refunded"`)
	require.NotContains(t, problems, `vora: getSession 200: Session.status does not arrive when it is "pending"`)
}
