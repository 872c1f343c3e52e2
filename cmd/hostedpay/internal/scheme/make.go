package scheme

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/internal/conformance"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// An Event is one that was made, before it is signed.
type Event struct {
	ID   string // what tells it apart from the next
	Body []byte
}

// dataPrefix reaches the fields of an envelope's data.
const dataPrefix = "data."

// Make makes an event that happened now, with IDs of its own and with the fields that were set. An
// error is about what was set.
func (s *Scheme) Make(event string, set map[string]string) (Event, error) {
	sample := map[string]json.RawMessage{}
	if err := json.Unmarshal(s.body(event), &sample); err != nil {
		return Event{}, fmt.Errorf("there is no body of %s: %w", event, err)
	}
	changes := []webhookstest.Field{webhookstest.HappenedAt(time.Now())}
	id := ""
	for _, name := range s.identity {
		value, ok := set[name]
		switch {
		case sample[name] == nil:
			continue
		case !ok:
			value = freshID(sample[name])
			changes = append(changes, webhookstest.Set(name, value))
		}
		if id == "" {
			id = value
		}
	}
	own, inData := maps.Clone(set), map[string]string{}
	if s.inData != nil && s.asInData(event) != "" {
		for name, value := range set {
			if field, ok := strings.CutPrefix(name, dataPrefix); ok {
				inData[field] = value
				delete(own, name)
			}
		}
		data, err := s.inData.Make(s.asInData(event), inData)
		if err != nil {
			return Event{}, fmt.Errorf("data: %w", err)
		}
		changes = append(changes, webhookstest.Set("data", json.RawMessage(data.Body)))
	}
	known := slices.Sorted(maps.Keys(sample))
	for _, name := range slices.Sorted(maps.Keys(own)) {
		value := own[name]
		like, ok := sample[name]
		if !ok {
			return Event{}, nearest.Unknown("field", name, known)
		}
		typed, err := typedLike(like, value)
		if err != nil {
			return Event{}, fmt.Errorf("field %s: %w", name, err)
		}
		changes = append(changes, webhookstest.Set(name, typed))
	}
	made := Event{id, s.body(event, changes...)}
	if len(set) == 0 {
		return made, nil
	}
	return made, s.check(made.Body)
}

// check holds a body to the contract.
func (s *Scheme) check(body []byte) error {
	contracts, err := conformance.All()
	if err != nil {
		return err
	}
	held := contracts[string(s.Name.Gateway())]
	x, problem := held.Delivery(s.sign("only for the form of the headers", body), conformance.Content{Text: body})
	problems := x.RequestProblems()
	if problem != "" {
		problems = []string{problem}
	}
	if len(problems) > 0 {
		return errors.New("the contract has no such event: " + strings.Join(problems, "; "))
	}
	return nil
}

// freshID is an ID of its own in the form of a sample: "re_5Tq81mXc" becomes "re_" and other
// letters.
func freshID(sample json.RawMessage) string {
	text := strings.Trim(string(sample), `"`)
	return text[:strings.LastIndexByte(text, '_')+1] + rand.Text()[:16]
}

// typedLike reads a value of the command line as the JSON type that the sample's has.
func typedLike(sample json.RawMessage, value string) (any, error) {
	kind := kindOf(sample)
	if kind == "string" {
		return value, nil
	}
	raw := json.RawMessage(value)
	if !json.Valid(raw) || kindOf(raw) != kind {
		return nil, fmt.Errorf("expected a JSON %s, got %q", kind, value)
	}
	return raw, nil
}

// kindOf is the JSON type of a valid value.
func kindOf(value json.RawMessage) string {
	switch strings.TrimSpace(string(value))[0] {
	case '"':
		return "string"
	case '{':
		return "object"
	case '[':
		return "array"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}
