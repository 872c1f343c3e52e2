package main

import (
	"context"
	"errors"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/agent"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// addTools gives the server each tool: what it says about itself, and the verb's function that it
// calls.
func (a *toolbox) addTools(s *agent.Server) {
	reads := &mcp.ToolAnnotations{ReadOnlyHint: true}
	atHome, adds := &mcp.ToolAnnotations{ReadOnlyHint: true, OpenWorldHint: new(bool)}, &mcp.ToolAnnotations{DestructiveHint: new(bool), IdempotentHint: true}
	plays := &mcp.ToolAnnotations{DestructiveHint: new(bool), OpenWorldHint: new(bool)}

	agent.AddTool(s, &mcp.Tool{Name: "create_session", Title: "Create a session at Vora", Annotations: adds, Description: `Creates a checkout session at Vora and returns its ID and the URL of its page. The amount is an integer in minor units: 1499 with USD is 14.99 USD.

checkoutUrl is for this purchase's buyer alone: whoever has it can see the purchase and pay it. Do not log it.

When the error says "outcomeUnknown": true, or no response arrives at all, the session may exist: do not call it failed, and repeat the call with the same idempotencyKey, never a new one. "stale": true means that the session of this key has expired: the buyer may have paid in time, so read it with get_session before you create another.`}, a.createSession)
	agent.AddTool(s, &mcp.Tool{Name: "get_session", Title: "Read a session at Vora", Annotations: reads, Description: `Reads a session at Vora: its status decides whether the order is paid. Only "succeeded" is; ship on that, or on a verified webhook, never because the buyer came back to a return URL. "pending" and "processing" are no failure: ask again later. The amount is in minor units.`}, a.getSession)
	agent.AddTool(s, &mcp.Tool{Name: "simulate_payment", Title: "Pay a session at the sandbox", Annotations: plays, InputSchema: simulationSchema(), Description: `Acts as the buyer at the hosted page of a session of the sandbox (hostedpay sandbox, on this machine); any other host is rejected. No money moves. returnUrl is where the buyer's browser is sent, which proves no payment: the status does, and the webhook. The amount is in minor units.`}, a.simulatePayment)
	agent.AddTool(s, &mcp.Tool{Name: "health", Title: "Ask Vora how it is", Annotations: reads, Description: "Asks Vora how it is, and how long the response took."}, a.health)
	agent.AddTool(s, &mcp.Tool{Name: "list_test_cards", Title: "List the test cards", Annotations: atHome, Description: "Lists the card numbers of both gateways' test modes and what each does. They work at the sandbox too, and in no live mode."}, func(context.Context, nothing) (cardsView, error) { return listCards(), nil })
	agent.AddTool(s, &mcp.Tool{Name: "diagnose_error", Title: "Explain an error code", Annotations: atHome, Description: `Says what an error code of the gateways means, whether the call may be sent again, and what to do. "needsIdempotencyKey" means: again only with the same idempotency key. An error without a code and with "outcomeUnknown": true is no failure: repeat with the same idempotency key.`}, diagnose)
	agent.AddTool(s, &mcp.Tool{Name: "verify_webhook", Title: "Verify a captured webhook", Annotations: atHome, Description: `Verifies a captured delivery with the signing secrets that this server was started with, and says what happened to it on the way when it is invalid ("proven": it verifies when that alone is undone). A capture is a raw HTTP request, a curl command line or a HAR. Vora's deliveries are good for five minutes: say in "at" when it arrived. "valid": false is a result, not an error of this tool.`}, a.verifyWebhook)
	agent.AddTool(s, &mcp.Tool{Name: "check_traffic", Title: "Hold recorded traffic to the contracts", Annotations: atHome, Description: `Holds a HAR, or entries of one that follow each other, to the documented contracts of the gateways, and names each undocumented field, status, event, code and header. Findings are a result, not an error of this tool.`}, checkTraffic)
}

// nothing is the input of a tool that needs none.
type nothing struct{}

// A purchaseInput describes a session to create.
type purchaseInput struct {
	Amount         int64             `json:"amount" jsonschema:"integer in minor units of the currency: 1499 is 14.99 USD, or 1499 JPY"`
	Currency       string            `json:"currency" jsonschema:"ISO 4217 code, such as USD"`
	IdempotencyKey string            `json:"idempotencyKey" jsonschema:"names this purchase and attempt, such as acme_order-789012_1; the same in every repetition of this call, a new one only for another purchase"`
	SuccessURL     string            `json:"successUrl,omitempty" jsonschema:"where the buyer returns to"`
	CancelURL      string            `json:"cancelUrl,omitempty" jsonschema:"where the buyer returns to after cancelling"`
	Country        string            `json:"country,omitempty" jsonschema:"ISO 3166-1 alpha-2, such as US"`
	Description    string            `json:"description,omitempty" jsonschema:"shown to the buyer"`
	Locale         string            `json:"locale,omitempty" jsonschema:"BCP 47, such as en-US"`
	BuyerID        string            `json:"buyerId,omitempty" jsonschema:"the shop's name for the buyer"`
	Metadata       map[string]string `json:"metadata,omitempty" jsonschema:"comes back on the session and its events; no personal data and no secrets"`
	ExpiresIn      int64             `json:"expiresInSeconds,omitempty" jsonschema:"how long the session can be paid, 300 to 3600; without it, the gateway's 1800"`
}

func (a *toolbox) createSession(ctx context.Context, in purchaseInput) (createdView, error) {
	switch {
	case a.noClient != nil:
		return createdView{}, a.noClient
	case in.IdempotencyKey == "":
		return createdView{}, errors.New("idempotencyKey is empty: name the purchase, so that a repeated call cannot create it twice")
	}
	return createSession(ctx, a.client, vora.SessionParams{
		Amount: money.Minor(in.Amount, money.Currency(in.Currency)), SuccessURL: in.SuccessURL, CancelURL: in.CancelURL, Country: in.Country,
		Description: in.Description, Locale: in.Locale, BuyerID: in.BuyerID, Metadata: in.Metadata, ExpiresIn: time.Duration(in.ExpiresIn) * time.Second,
	}, in.IdempotencyKey)
}

// A sessionInput names a session.
type sessionInput struct {
	SessionID string `json:"sessionId" jsonschema:"ID of the session, such as vp_cs_test_…"`
}

func (a *toolbox) getSession(ctx context.Context, in sessionInput) (sessionView, error) {
	if a.noClient != nil {
		return sessionView{}, a.noClient
	}
	return getSession(ctx, a.client, in.SessionID)
}

// simulationSchema has the buttons as an enumeration.
func simulationSchema() *jsonschema.Schema {
	schema, err := jsonschema.For[simulation](nil)
	if err != nil {
		panic(err) // the type has no schema, which every run of the command would show
	}
	for _, action := range actions {
		schema.Properties["action"].Enum = append(schema.Properties["action"].Enum, action)
	}
	return schema
}

func (a *toolbox) simulatePayment(ctx context.Context, in simulation) (simulatedView, error) {
	return simulate(ctx, a.baseURL, in)
}

// A healthInput says how closely to look.
type healthInput struct {
	Deep bool `json:"deep,omitempty" jsonschema:"let the gateway check what it depends on"`
}

func (a *toolbox) health(ctx context.Context, in healthInput) (healthView, error) {
	return checkHealth(ctx, a.keyless, in.Deep)
}
