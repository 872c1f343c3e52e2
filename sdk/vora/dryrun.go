package vora

import (
	"encoding/json"
	"errors"
	"net/http"

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

// rejectionOf recognises a dry run's "no" in the other form that is documented, the error envelope.
func rejectionOf(err error) *Validation {
	var e *sdk.Error
	if !errors.As(err, &e) || e.Code == "" || !errors.Is(err, sdk.FamilyValidation) {
		return nil
	}
	if e.Status != http.StatusBadRequest && e.Status != http.StatusUnprocessableEntity {
		return nil // a proxy's page, a wrong address: nobody looked at the parameters
	}
	return &Validation{Errors: []string{e.Message}, Response: sdk.Response{
		Status: e.Status, RequestID: e.RequestID, RateLimit: e.RateLimit, Attempts: e.Attempts,
	}}
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
