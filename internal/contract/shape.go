package contract

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// A Shape says which members a JSON object must have. Decoding into a Go struct cannot tell a missing number from a
// zero, so a server asks the raw body.
type Shape struct {
	Required []string          // members that must be there and not be null
	Codes    map[string]string // members whose violations have a code of their own
	Arrays   map[string]Shape  // members that are arrays of objects
}

// Missing reports the members that body lacks. A body that is no object lacks them all; malformed JSON is for the
// decoder to report.
func (s Shape) Missing(body json.RawMessage) []Violation {
	return s.missing(body, "")
}

func (s Shape) missing(body json.RawMessage, prefix string) []Violation {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(body, &members)
	var found []Violation
	for _, name := range s.Required {
		if value, ok := members[name]; !ok || string(value) == "null" {
			found = append(found, Violation{Path: prefix + name, Problem: "is required", Code: codeMissing})
		}
	}
	for name, element := range s.Arrays {
		var elements []json.RawMessage
		_ = json.Unmarshal(members[name], &elements)
		for i, e := range elements {
			found = append(found, element.missing(e, fmt.Sprintf("%s%s[%d].", prefix, name, i))...)
		}
	}
	return found
}

// WrongType is the violation that a decoder's type error stands for.
func (s Shape) WrongType(err *json.UnmarshalTypeError) Violation {
	code := s.Codes[err.Field]
	if code == "" {
		code = codeInvalid
	}
	return Violation{Path: err.Field, Problem: "must be " + kindOf(err.Type) + ", not " + err.Value, Code: code}
}

// kindOf is what JSON calls a Go type.
func kindOf(t reflect.Type) string {
	switch kind := t.Kind(); {
	case kind >= reflect.Int && kind <= reflect.Uint64:
		return "an integer"
	case t == reflect.TypeFor[json.Number](), kind == reflect.Float32, kind == reflect.Float64:
		return "a number"
	case kind == reflect.Bool:
		return "true or false"
	case kind == reflect.Slice:
		return "an array"
	case kind == reflect.String:
		return "a string"
	}
	return "an object"
}
