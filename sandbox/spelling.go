package sandbox

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// A spelling makes a request's JSON mean to Go's decoder what it means to everybody else. The decoder takes a member of
// any case, so that a shop's successURL would work here and nowhere else; and it refuses 1499.0 and 1.499e3, which are
// the integer 1499.
type spelling struct {
	of    reflect.Type
	names map[string]bool // of the members, at all depths
}

func spellingOf[T any]() spelling {
	s := spelling{reflect.TypeFor[T](), map[string]bool{}}
	s.learn(s.of)
	return s
}

func (s spelling) learn(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		s.learn(t.Elem())
	case reflect.Struct:
		for _, f := range reflect.VisibleFields(t) {
			s.names[memberOf(f)] = true
			s.learn(f.Type)
		}
	default: // which has no members that the contract names
	}
}

func memberOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// read is a valid JSON text in the decoder's spelling. Most texts are in it already.
func (s spelling) read(text []byte) []byte {
	if s.usual(text) {
		return text
	}
	return respelled(text, s.of)
}

// usual tells whether all members have names that are known, and all numbers are digits.
func (s spelling) usual(text []byte) bool {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			begin := i + 1
			for i = begin; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			after := bytes.TrimLeft(text[i+1:], " \t\r\n")
			if bytes.HasPrefix(after, []byte(":")) && !s.names[string(text[begin:i])] {
				return false
			}
		case '.', 'e', 'E':
			if i > 0 && text[i-1] >= '0' && text[i-1] <= '9' { // and not in true
				return false
			}
		}
	}
	return true
}

func respelled(value json.RawMessage, t reflect.Type) json.RawMessage {
	switch t.Kind() {
	case reflect.Pointer:
		return respelled(value, t.Elem())
	case reflect.Struct:
		var members map[string]json.RawMessage
		if json.Unmarshal(value, &members) != nil || members == nil {
			return value
		}
		known := map[string]json.RawMessage{}
		for _, f := range reflect.VisibleFields(t) {
			if member, ok := members[memberOf(f)]; ok {
				known[memberOf(f)] = respelled(member, f.Type)
			}
		}
		value, _ = json.Marshal(known) // valid parts of a valid text
	case reflect.Slice:
		var elements []json.RawMessage
		if json.Unmarshal(value, &elements) != nil || elements == nil {
			return value
		}
		for i, element := range elements {
			elements[i] = respelled(element, t.Elem())
		}
		value, _ = json.Marshal(elements) // valid parts of a valid text
	case reflect.Int, reflect.Int64:
		return integer(value)
	default: // which has one spelling
	}
	return value
}

// mostExact is the integer up to which JSON numbers are exact in any language.
const mostExact = 1 << 53

// integer writes a number without fraction in digits, and leaves everything else as it is.
func integer(value json.RawMessage) json.RawMessage {
	number, err := strconv.ParseFloat(string(value), 64)
	if err != nil || number != math.Trunc(number) || math.Abs(number) > mostExact {
		return value
	}
	return strconv.AppendInt(nil, int64(number), 10)
}
