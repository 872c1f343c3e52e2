package vora_test

import (
	"os"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A pair is a schema of the contract and the handwritten type that stands for it.
type pair struct {
	generated   any
	handwritten any
	renamed     map[string]string // members of the schema that the type has under another name
	leftOut     map[string]string // members that it has nowhere, and why
}

// carried has every schema of the contract that a program of ours meets.
func carried() map[string]pair {
	amount := map[string]string{"Currency": "Amount"}
	event := func(more ...string) map[string]string {
		names := map[string]string{"Event": "Type", "Timestamp": "Time", "Currency": "Amount"}
		for i := 0; i < len(more); i += 2 {
			names[more[i]] = more[i+1]
		}
		return names
	}
	return map[string]pair{
		"CreateSessionRequest":  {gen.CreateSessionRequest{}, vora.SessionParams{}, amount, nil},
		"LineItem":              {gen.LineItem{}, vora.LineItem{}, nil, nil},
		"CreatedSession":        {gen.CreatedSession{}, vora.CreatedSession{}, nil, nil},
		"Session":               {gen.Session{}, vora.Session{}, amount, nil},
		"ShippingAddress":       {gen.ShippingAddress{}, vora.ShippingAddress{}, nil, nil},
		"DryRunAccepted":        {gen.DryRunAccepted{}, vora.Validation{}, nil, nil},
		"DryRunRejected":        {gen.DryRunRejected{}, vora.Validation{}, nil, nil},
		"Health":                {gen.Health{}, vora.Health{}, nil, nil},
		"Discovery":             {gen.Discovery{}, vora.Discovery{}, map[string]string{"Sdk": "SDK", "AdditionalProperties": "Response"}, nil},
		"Error":                 {gen.Error{}, sdk.Error{}, map[string]string{"Error": "Message"}, nil},
		"SelfHeal":              {gen.SelfHeal{}, sdk.SelfHeal{}, map[string]string{"LlmHint": "Hint"}, nil},
		"SessionSucceededEvent": {gen.SessionSucceededEvent{}, webhooks.SessionSucceeded{}, event(), nil},
		"SessionFailedEvent":    {gen.SessionFailedEvent{}, webhooks.SessionFailed{}, event("Error", "Reason"), nil},
		"SessionExpiredEvent":   {gen.SessionExpiredEvent{}, webhooks.SessionExpired{}, event(), nil},
		"RefundCreatedEvent":    {gen.RefundCreatedEvent{}, webhooks.RefundCreated{}, event(), nil},
		"EventV2":               {gen.EventV2{}, webhooks.EventV2{}, map[string]string{"Created": "Time", "Livemode": "LiveMode"}, nil},
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

func TestEveryMemberOfTheContractIsCarried(t *testing.T) {
	t.Parallel()

	for schema, p := range carried() {
		generated, handwritten := reflect.TypeOf(p.generated), reflect.TypeOf(p.handwritten)
		listed := len(p.renamed) + len(p.leftOut)
		for i := range generated.NumField() {
			member := generated.Field(i)
			_, direct := handwritten.FieldByName(member.Name)
			other, renamed := p.renamed[member.Name]
			_, leftOut := p.leftOut[member.Name]
			switch {
			case direct && (renamed || leftOut):
				t.Errorf("%s.%s is listed, although %s has a field of that name", schema, member.Name, handwritten)
			case renamed:
				_, there := handwritten.FieldByName(other)
				require.True(t, there, "%s.%s: %s has no field %s", schema, member.Name, handwritten, other)
				listed--
			case leftOut:
				listed--
			case !direct:
				t.Errorf("%s.%s (%s): %s does not carry it; add the field, or list it here with the reason", schema, member.Name, member.Tag.Get("json"), handwritten)
			}
		}
		require.Zero(t, listed, "%s: a member is listed that the contract does not have", schema)
	}
}

func TestEverySchemaOfTheContractIsCarried(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile("../../api/openapi-vora.yaml")
	require.NoError(t, err)
	var contract struct {
		Components struct{ Schemas map[string]any }
	}
	require.NoError(t, yaml.Unmarshal(text, &contract))
	for schema := range contract.Components.Schemas {
		_, is := carried()[schema]
		_, isNot := notCarried()[schema]
		require.True(t, is != isNot, "schema %s: say here which type carries it, or why none does", schema)
	}
	require.Len(t, contract.Components.Schemas, len(carried())+len(notCarried()))
}
