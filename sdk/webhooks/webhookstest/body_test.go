package webhookstest_test

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// readyMade are the bodies of this package, each from the file body_NAME_test.go of its gateway.
var readyMade [][]byte // read only, after the package is initialized

func ready(bodies ...[]byte) [][]byte {
	readyMade = append(readyMade, bodies...)
	return bodies
}

// There is a ready-made body for every event of the contracts: every field that is described, no
// other, with the value of the example.
func TestBodiesAreTheContracts(t *testing.T) {
	t.Parallel()
	for _, gateway := range contract.Gateways() {
		for name, schema := range load(t, gateway.ID).Components.Schemas {
			if len(schema.Value.OneOf) > 0 || !strings.HasSuffix(name, "Event") && name != "EventV2" {
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				body := readyMadeOf(t, schema.Value)
				require.NotNil(t, body, "no ready-made body is the contract's %s: body_%s_test.go registers those of %s", name, gateway.ID, gateway.Name)
				require.Equal(t, slices.Sorted(maps.Keys(schema.Value.Properties)), slices.Sorted(maps.Keys(body)), "the fields of the contract, and those of the ready-made body")
				require.NoError(t, schema.Value.VisitJSON(body, openapi3.EnableJSONSchema2020()))
				for name, property := range schema.Value.Properties {
					if name == "status" {
						continue // the contract's one example is of another event
					}
					if examples := property.Value.Examples; len(examples) > 0 {
						require.EqualValues(t, examples[0], body[name], name)
					}
				}
			})
		}
	}
}

// readyMadeOf is the body of the event that a schema describes; nil when there is none.
func readyMadeOf(t *testing.T, schema *openapi3.Schema) map[string]any {
	t.Helper()
	for _, encoded := range readyMade {
		var body map[string]any
		require.NoError(t, json.Unmarshal(encoded, &body))
		for _, name := range []string{"event", "type"} {
			property, value := schema.Properties[name], body[name]
			if property != nil && value != nil && property.Value.VisitJSON(value, openapi3.EnableJSONSchema2020()) == nil {
				return body
			}
		}
	}
	return nil
}

func load(t *testing.T, gateway string) *openapi3.T {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromFile("../../../api/openapi-" + gateway + ".yaml")
	require.NoError(t, err)
	return document
}

func TestFields(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 1, 2, 3, 4, 5_000_000, time.FixedZone("", 2*3600))
	tests := []struct {
		name string
		body []byte
		want string
	}{
		{
			"Vora v1", webhookstest.SessionExpired(
				webhookstest.SessionID("vp_cs_test_2"), webhookstest.MerchantID("mer_cobalt_coaching"),
				webhookstest.Amount(money.Minor(1250, "KWD")), webhookstest.HappenedAt(at), webhookstest.Unset("metadata")),
			`{"event":"session.expired","sessionId":"vp_cs_test_2","merchantId":"mer_cobalt_coaching","amount":1250,"currency":"KWD","timestamp":"2026-05-01T00:03:04.005Z","status":"expired"}`,
		},
		{
			"Vora v2", webhookstest.VoraV2Event("payout.paid", map[string]int{"amount": 5}, webhookstest.MerchantID("mer_cobalt_coaching"), webhookstest.HappenedAt(at), webhookstest.Set("livemode", true)),
			`{"id":"evt_2Nk7Qw8LbX","type":"payout.paid","created":1777593784,"livemode":true,"merchant_id":"mer_cobalt_coaching","data":{"amount":5}}`,
		},
		{
			"VisionScope", webhookstest.PaymentSucceeded(webhookstest.SessionID("cs_2"), webhookstest.Amount(money.Minor(1250, "KWD")), webhookstest.HappenedAt(at)),
			`{"event":"payment.success","session_id":"cs_2","status":"paid","amount":1.250,"currency":"KWD","order_id":"VS-1776767335185-54D482EA","paid_at":"2026-05-01T00:03:04.005Z"}`,
		},
		{
			"VisionScope's failure", webhookstest.PaymentFailed(webhookstest.HappenedAt(at), webhookstest.Set("reason", "<Müller & Söhne>"), webhookstest.Set("extra", nil)),
			`{"event":"payment.failed","session_id":"cs_mo8ly3a8_67d5e72898f11888","status":"failed","amount":10,"currency":"EUR","order_id":"VS-1776767335185-54D482EA","reason":"<Müller & Söhne>","failed_at":"2026-05-01T00:03:04.005Z","extra":null}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, string(test.body))
		})
	}
}

func TestBodiesThatCannotBeMade(t *testing.T) {
	t.Parallel()
	for want, make := range map[string]func(){
		"VisionScope have no field for a merchant":       func() { webhookstest.PaymentFailed(webhookstest.MerchantID("mer_1")) },
		"Vora's webhooks v2 have no field for a session": func() { webhookstest.VoraV2Event("x", nil, webhookstest.SessionID("vp_1")) },
		"Vora's webhooks v2 have no field for an amount": func() { webhookstest.VoraV2Event("x", nil, webhookstest.Amount(money.Minor(1, "EUR"))) },
		"ZZZ":                     func() { webhookstest.PaymentSucceeded(webhookstest.Amount(money.Minor(1, "ZZZ"))) },
		"unsupported value: +Inf": func() { webhookstest.SessionFailed(webhookstest.Set("amount", math.Inf(1))) },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			requirePanic(t, want, make)
		})
	}
}

func requirePanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		text, ok := recover().(string)
		require.True(t, ok, "it must panic with a text")
		require.Contains(t, text, "webhookstest: ")
		require.Contains(t, text, want)
	}()
	f()
}
