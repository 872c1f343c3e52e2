package contract_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
)

func TestShapeMissing(t *testing.T) {
	t.Parallel()

	for body, want := range map[string][]string{
		`{"amount":1499,"currency":"USD"}`: nil,
		`{"amount":0,"currency":""}`:       nil, // there, which is all that is asked here
		`{"currency":"USD"}`:               {"amount"},
		`{"amount":null,"currency":"USD"}`: {"amount"},
		`{}`:                               {"amount", "currency"},
		`[]`:                               {"amount", "currency"},
		`"text"`:                           {"amount", "currency"},
		``:                                 {"amount", "currency"},
		`{"amount":1,"currency":"USD","lineItems":[]}`:                                                      nil,
		`{"amount":1,"currency":"USD","lineItems":7}`:                                                       nil,
		`{"amount":1,"currency":"USD","lineItems":[{"name":"a","quantity":1,"unitAmount":0},{"name":"b"}]}`: {"lineItems[1].quantity", "lineItems[1].unitAmount"},
		`{"amount":1,"currency":"USD","lineItems":[7]}`:                                                     {"lineItems[0].name", "lineItems[0].quantity", "lineItems[0].unitAmount"},
	} {
		var paths []string
		for _, v := range vora.CreateSessionRequestShape().Missing(json.RawMessage(body)) {
			require.Equal(t, "is required", v.Problem)
			require.Equal(t, "validation_missing_field", v.Code)
			paths = append(paths, v.Path)
		}
		require.Equal(t, want, paths, body)
	}
}

func TestShapeWrongType(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]contract.Violation{
		`{"amount":"14.99"}`:    {Path: "amount", Problem: "must be an integer, not string", Code: "validation_invalid_amount"},
		`{"amount":14.99}`:      {Path: "amount", Problem: "must be an integer, not number 14.99", Code: "validation_invalid_amount"},
		`{"currency":840}`:      {Path: "currency", Problem: "must be a string, not number", Code: "validation_error"},
		`{"metadata":"x"}`:      {Path: "metadata", Problem: "must be an object, not string", Code: "validation_error"},
		`{"lineItems":{}}`:      {Path: "lineItems", Problem: "must be an array, not object", Code: "validation_error"},
		`{"collectShipping":1}`: {Path: "collectShipping", Problem: "must be true or false, not number", Code: "validation_error"},
	} {
		var request vora.CreateSessionRequest
		var wrong *json.UnmarshalTypeError
		require.ErrorAs(t, json.Unmarshal([]byte(body), &request), &wrong, body)
		require.Equal(t, want, vora.CreateSessionRequestShape().WrongType(wrong), body)
	}
}
