package visionscope_test

import (
	"os"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	gen "github.com/hostedpay/hostedpay-go/gen/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
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
	status := map[string]string{"Status": "always the same, which the type says"}
	return map[string]pair{
		"CreateCheckoutRequest": {gen.CreateCheckoutRequest{}, visionscope.CheckoutParams{}, map[string]string{"Currency": "Amount"}, nil},
		"CreatedCheckout":       {gen.CreatedCheckout{}, visionscope.CreatedCheckout{}, nil, nil},
		"Error":                 {gen.Error{}, sdk.Error{}, map[string]string{"Error": "Message"}, nil},
		"PaymentSuccessEvent": {gen.PaymentSuccessEvent{}, webhooks.PaymentSucceeded{},
			map[string]string{"Event": "Type", "Currency": "Amount", "PaidAt": "Time"}, status},
		"PaymentFailedEvent": {gen.PaymentFailedEvent{}, webhooks.PaymentFailed{},
			map[string]string{"Event": "Type", "Currency": "Amount", "FailedAt": "Time"}, status},
	}
}

// notCarried are the schemas that no handwritten struct stands for.
func notCarried() map[string]string {
	return map[string]string{
		"CreateCheckoutResult": "an envelope: its data is carried, and success:false is an error",
		"PaymentEvent":         "a choice between two that are carried",
		"EventReceipt":         "what a webhook handler answers",
		"EventRefusal":         "what a webhook handler answers",
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

	text, err := os.ReadFile("../../api/openapi-visionscope.yaml")
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
