package vora_test

import (
	"testing"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// carried has every schema of the contract that a program of ours meets.
func carried() map[string]contracttest.Carrier {
	amount := map[string]string{"Currency": "Amount"}
	event := func(more ...string) map[string]string {
		names := map[string]string{"Event": "Type", "Timestamp": "Time", "Currency": "Amount"}
		for i := 0; i < len(more); i += 2 {
			names[more[i]] = more[i+1]
		}
		return names
	}
	return map[string]contracttest.Carrier{
		"CreateSessionRequest":  contracttest.Carries(gen.CreateSessionRequest{}, vora.SessionParams{}, amount, nil),
		"LineItem":              contracttest.Carries(gen.LineItem{}, vora.LineItem{}, nil, nil),
		"CreatedSession":        contracttest.Carries(gen.CreatedSession{}, vora.CreatedSession{}, nil, nil),
		"Session":               contracttest.Carries(gen.Session{}, vora.Session{}, amount, nil),
		"ShippingAddress":       contracttest.Carries(gen.ShippingAddress{}, vora.ShippingAddress{}, nil, nil),
		"DryRunAccepted":        contracttest.Carries(gen.DryRunAccepted{}, vora.Validation{}, nil, nil),
		"DryRunRejected":        contracttest.Carries(gen.DryRunRejected{}, vora.Validation{}, nil, nil),
		"Health":                contracttest.Carries(gen.Health{}, vora.Health{}, nil, nil),
		"Discovery":             contracttest.Carries(gen.Discovery{}, vora.Discovery{}, map[string]string{"Sdk": "SDK", "AdditionalProperties": "Response"}, nil),
		"Error":                 contracttest.Carries(gen.Error{}, sdk.Error{}, map[string]string{"Error": "Message"}, nil),
		"SelfHeal":              contracttest.Carries(gen.SelfHeal{}, sdk.SelfHeal{}, map[string]string{"LlmHint": "Hint"}, nil),
		"SessionSucceededEvent": contracttest.Carries(gen.SessionSucceededEvent{}, webhooks.SessionSucceeded{}, event(), nil),
		"SessionFailedEvent":    contracttest.Carries(gen.SessionFailedEvent{}, webhooks.SessionFailed{}, event("Error", "Reason"), nil),
		"SessionExpiredEvent":   contracttest.Carries(gen.SessionExpiredEvent{}, webhooks.SessionExpired{}, event(), nil),
		"RefundCreatedEvent":    contracttest.Carries(gen.RefundCreatedEvent{}, webhooks.RefundCreated{}, event(), nil),
		"EventV2":               contracttest.Carries(gen.EventV2{}, webhooks.VoraV2Event{}, map[string]string{"Created": "Time", "Livemode": "LiveMode"}, nil),
	}
}

// notCarried are the schemas that no handwritten struct stands for.
func notCarried() map[string]string {
	return map[string]string{
		"SessionStatus":  "vora.Status, a text",
		"EventV2Type":    "Info.Type, a text",
		"DryRunOrReplay": "a choice between two that are carried",
		"ErrorOrDryRun":  "a choice between two that are carried",
		"HealthOrError":  "a choice between two that are carried",
		"EventReceipt":   "what a webhook handler answers",
		"EventRefusal":   "what a webhook handler answers",
	}
}

func TestTheContractIsCarried(t *testing.T) {
	t.Parallel()
	contracttest.Vora(t).Carried(carried(), notCarried())
}
