package vora

import (
	"encoding/json"
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// isDryRun recognises a dry run's "no", which comes with 400 and a body of its own.
func isDryRun(status int, body []byte) bool {
	var answer struct {
		Valid *bool `json:"valid"`
	}
	return (status == http.StatusBadRequest || status == http.StatusUnprocessableEntity) &&
		json.Unmarshal(body, &answer) == nil && answer.Valid != nil
}

// isRejection recognises a dry run's "no" in the other form that is documented, the error envelope. Another error, such
// as a proxy's page or a key that is refused, means that nobody looked at the parameters.
func isRejection(status int, body []byte) bool {
	if status != http.StatusBadRequest && status != http.StatusUnprocessableEntity {
		return false
	}
	var envelope struct {
		Code sdk.Code `json:"code"`
	}
	_ = json.Unmarshal(body, &envelope) // an odd member costs no other
	refusal := &sdk.Error{Status: status, Code: envelope.Code}
	return envelope.Code != "" && refusal.Family() == sdk.FamilyValidation
}

// notices are texts, which some answers wrap in objects. Nothing that stands there is an error: the answer itself is
// beside them.
type notices []string

func (n *notices) UnmarshalJSON(data []byte) error {
	var items []json.RawMessage
	if err := json.Unmarshal(data, &items); err != nil {
		items = []json.RawMessage{data}
	}
	for _, item := range items {
		var text string
		var object struct{ Message string }
		switch {
		case json.Unmarshal(item, &text) == nil:
		case json.Unmarshal(item, &object) == nil && object.Message != "":
			text = object.Message
		default:
			text = string(item)
		}
		*n = append(*n, text)
	}
	return nil
}

// presentable are the texts without secrets that they might repeat.
func (n notices) presentable(key sdk.Secret) []string {
	var texts []string
	for _, text := range n {
		texts = append(texts, transport.Presentable(text, key))
	}
	return texts
}
