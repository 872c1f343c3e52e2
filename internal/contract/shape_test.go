package contract_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/gen/visionscope"
	"github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
)

const item = `{"name":"a","quantity":1,"unitAmount":1}`

func TestShapeFindsWhatIsWrong(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]string{
		`"amount":1499,"currency":"USD"`: "",
		`"amount":0,"currency":""`:       "", // there, which is all that is asked here
		`"currency":"USD"`:               "amount: is required",
		`"amount":null,"currency":"USD"`: "amount: is required",
		`"Amount":1,"currency":"USD"`:    "amount: is required",
		``:                               "amount: is required; currency: is required",
		`"amount":"14.99"`:               "amount: must be an integer, not string; currency: is required",
		`"amount":14.99,"currency":840`:  "amount: must be an integer, not number 14.99; currency: must be a string, not number",

		`"amount":1,"currency":"USD","description":null,"metadata":null,"lineItems":null`: "",
		`"amount":1,"currency":"USD","collectShipping":1`:                                 "collectShipping: must be true or false, not number",
		`"amount":1,"currency":"USD","lineItems":7`:                                       "lineItems: must be an array, not number",
		`"amount":1,"currency":"USD","lineItems":[]`:                                      "",
		`"amount":1,"currency":"USD","lineItems":[` + item + `,{"name":"b","quantity":1.5}]`: "lineItems[1].quantity: must be an integer, not number 1.5; " +
			"lineItems[1].unitAmount: is required",
		`"amount":1,"currency":"USD","lineItems":[` + item + `,7,null,"x",[]]`: "lineItems[1]: must be an object, not number; " +
			"lineItems[2]: must be an object, not null; lineItems[3]: must be an object, not string; lineItems[4]: must be an object, not array",

		`"amount":1,"currency":"USD","metadata":"x"`:                            "metadata: must be an object, not string",
		`"amount":1,"currency":"USD","metadata":{"b":null,"c":"x","a":1,"":{}}`: "metadata.: must be a string, not object; metadata.a: must be a string, not number; metadata.b: must be a string, not null",
	} {
		clean, found := vora.CreateSessionRequestShape().Read([]byte("{" + body + "}"))
		c := contract.Checker{Violations: found}
		for i := range c.Violations {
			want := "validation_error"
			switch v := c.Violations[i]; {
			case v.Missing():
				want = "validation_missing_field"
			case v.Path == "amount":
				want = "validation_invalid_amount"
			}
			require.Equal(t, want, c.Violations[i].Code, body)
			c.Violations[i].Code = ""
		}
		require.Equal(t, want, strings.ReplaceAll(strings.TrimSuffix(describe(c), " "), " ; ", "; "), body)
		var request vora.CreateSessionRequest
		require.NoError(t, json.Unmarshal(clean, &request), body)
	}
	for _, body := range []string{``, `null`, `[]`, `"text"`, `7`, `{`, `{}}`, `{"amount":01}`} {
		clean, _ := vora.CreateSessionRequestShape().Read([]byte(body))
		require.Nil(t, clean, body)
	}
}

// What is given has each member once, in the contract's name, and integers in digits.
func TestShapeCleans(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]string{
		` {"amount" : 1499.0, "currency":"USD", "Amount":1, "x":{"amount":7}} `:                                    `{"amount":1499,"currency":"USD"}`,
		` { "x\\" : [ { "amount" : "\"}" } , "]" ] , "\"y" : -1.5e3 , "amount" : 1 , "z":true , "currency":"\\"} `: `{"amount":1,"currency":"\\"}`,
		`{"am\u006funt":1,"currency":"\u0055SD","description":"\"amount\": <1.0>"}`:                                `{"amount":1,"currency":"USD","description":"\"amount\": <1.0>"}`,
		`{"amount":2,"currency":"USD","amount":1,"currency":null}`:                                                 `{"amount":1}`,
		`{"metadata":{"a":"1","b":"2"},"metadata":{"b":"3"}}`:                                                      `{"metadata":{"b":"3"}}`,
		`{"metadata":{"a":null,"a":"1","b":"2","b":null,"Amount":"1.0","\"":"\\"}}`:                                `{"metadata":{"a":"1","Amount":"1.0","\"":"\\"}}`,
		`{"lineItems":[{"name":"a","imageUrl":"x"}],"lineItems":[{"quantity":1e1}]}`:                               `{"lineItems":[{"quantity":10}]}`,
		`{"lineItems":[7,` + item + `]}`:                                                                           `{"lineItems":[{},` + item + `]}`,
	} {
		clean, _ := vora.CreateSessionRequestShape().Read([]byte(body))
		require.JSONEq(t, want, string(clean), body)
	}

	clean, found := visionscope.CreateCheckoutRequestShape().Read([]byte(`{"amount":10.00}`))
	require.Equal(t, `{"amount":10.00}`, string(clean), "a number keeps its digits")
	require.Len(t, found, 4)
	_, found = visionscope.CreateCheckoutRequestShape().Read([]byte(`{"amount":"10.00"}`))
	require.Equal(t, "amount: must be a number, not string", found[0].String())
}

// No digit is lost, and no exponent is too large.
func TestShapeReadsIntegersExactly(t *testing.T) {
	t.Parallel()

	long := strings.Repeat("0", 1<<16)
	for number, want := range map[string]string{
		`0`: `0`, `-0`: `0`, `0.000`: `0`, `0e99999999999999999999`: `0`, `-0.0E-5`: `0`,
		`1`: `1`, `-15`: `-15`, `100`: `100`, `1.499e3`: `1499`, `149900e-2`: `1499`, `-1.5E+1`: `-15`, `0.001e3`: `1`, `1` + long + `.0e-65536`: `1`,
		`9007199254740993.0`: `9007199254740993`, `9223372036854775807`: `9223372036854775807`, `-9.223372036854775808e18`: `-9223372036854775808`,
		`1` + long[:18]: `1` + long[:18],

		`0.5`: ``, `0.99999999999999999999`: ``, `1.00000000000000000001`: ``, `1e-1`: ``, `15e-1`: ``, `1e-999999999`: ``, `0.` + long + `1`: ``,
		`9223372036854775808`: ``, `1e19`: ``, `1e400`: ``, `1e999999999`: ``, `1e9223372036854775807`: ``, `10.1e-9223372036854775808`: ``,
		`1e99999999999999999999`: ``, `1` + long: ``,
	} {
		clean, found := vora.LineItemShape().Read([]byte(`{"name":"a","quantity":1,"unitAmount":` + number + `}`))
		if want == "" {
			require.Len(t, found, 1, number)
			require.Contains(t, found[0].String(), "unitAmount: must be an integer, not number ")
			continue
		}
		require.Empty(t, found, number)
		var got struct {
			UnitAmount json.RawMessage `json:"unitAmount"`
		}
		require.NoError(t, json.Unmarshal(clean, &got))
		require.Equal(t, want, string(got.UnitAmount))
	}
}

// Whatever a stranger sends: what is given can be decoded, and is given again when it is read
// again.
func FuzzShape(f *testing.F) {
	for _, body := range []string{
		`{"amount":1499,"currency":"USD"}`, `{"amount":1e2,"metadata":{"a":null,"<":"\u2028"},"lineItems":[{"quantity":"1"},null,{}]}`, `[]`, `{`, "{\"\xff\":1}",
		` { "x" : [ { "description" : "\"}" } , "]" ] , "descripti\u006fn" : "\u0000\\" , "y" : -1.5e3 , "z":true} `, `{"description":"a","description":[null,{}]}`,
		"{\"metadata\":{\"\xff\":\"\xfe\"}}",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		clean, found := vora.CreateSessionRequestShape().Read(body)
		if clean == nil {
			require.Empty(t, found)
			return
		}
		var request vora.CreateSessionRequest
		require.NoError(t, json.Unmarshal(clean, &request))
		var members map[string]any
		require.NoError(t, json.Unmarshal(body, &members))
		if text, ok := members["description"].(string); ok {
			require.Equal(t, &text, request.Description)
		} else {
			require.Nil(t, request.Description)
		}
		again, left := vora.CreateSessionRequestShape().Read(clean)
		require.Equal(t, string(clean), string(again))
		for _, v := range left {
			require.True(t, v.Missing(), "%s", v)
		}
	})
}
