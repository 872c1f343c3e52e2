package contract

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Shape is what the JSON of a request, or of a part of one, looks like.
//
// A server reads a request by its shape before it decodes it, because a Go struct and its decoder
// know less than the contract: a missing number is a zero, a null in a map is an empty string, a
// field name of any case matches, what is sent twice is merged, 1499.0 and 1.499e3 are rejected
// although they are the integer 1499, and decoding ends at the first wrong type, whose path has no
// index.
type Shape struct {
	Type   string  // as in OpenAPI: object, array, string, integer, number or boolean
	Code   string  // the catalog code of a wrong type; empty for the usual one
	Fields []Field // of an object with documented field names
	Each   *Shape  // of an array's elements, and of the values of an object with the sender's own field names
}

// A Field is a named field of an object.
type Field struct {
	Name     string
	Required bool
	Shape    *Shape
}

// Read returns a request's JSON for a decoder, and the fields that are missing or of a wrong type.
// The result has each field of the contract at most once, with its type; where a name was sent
// twice, the last one counts. It is nil when body is not a JSON object.
func (s *Shape) Read(body []byte) (clean []byte, found []Violation) {
	var r reader
	body = bytes.TrimLeft(body, space)
	if !json.Valid(body) || typeOf(body) != "object" {
		return nil, nil
	}
	return r.object(body, s, ""), r.found
}

// A reader collects what is wrong with a request.
type reader struct{ found []Violation }

func (r *reader) report(path, problem, code string) {
	if len(r.found) < maxViolations {
		r.found = append(r.found, Violation{Path: path, Problem: problem, Code: cmp.Or(code, codeInvalid)})
	}
}

const (
	maxViolations = 100 // per request
	maxShown      = 32  // characters of a value
)

// value gives a valid JSON value as it should be; nil when it is of a wrong type.
func (r *reader) value(value []byte, s *Shape, path string) []byte {
	is := typeOf(value)
	switch {
	case is == "number" && s.Type == "integer":
		if digits, ok := integer(string(value)); ok {
			return digits
		}
		is = "number " + string(value[:min(len(value), maxShown)])
	case is != s.Type:
	case s.Fields != nil:
		return r.object(value, s, path+".")
	case is == "object":
		return r.free(value, s.Each, path+".")
	case is == "array":
		return r.array(value, s.Each, path)
	default:
		return value
	}
	r.report(path, "must be "+phrases[s.Type]+", not "+is, s.Code)
	return nil
}

func (r *reader) object(source []byte, s *Shape, prefix string) []byte {
	values := s.values(source)
	clean := append(make([]byte, 0, len(source)), '{')
	for i, m := range s.Fields {
		value := values[i]
		if value == nil || string(value) == "null" {
			if m.Required {
				r.report(prefix+m.Name, isRequired, codeMissing)
			}
			continue
		}
		if part := r.value(value, m.Shape, prefix+m.Name); part != nil {
			clean = append(strconv.AppendQuote(comma(clean), m.Name), ':')
			clean = append(clean, part...)
		}
	}
	return append(clean, '}')
}

// free reads an object with the sender's own field names.
func (r *reader) free(source []byte, each *Shape, prefix string) []byte {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(source, &fields)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if fields[name] = r.value(fields[name], each, prefix+name); fields[name] == nil {
			delete(fields, name)
		}
	}
	clean, _ := json.Marshal(fields)
	return clean
}

// array puts an empty object in the place of an element of a wrong type, so that the others keep
// their index.
func (r *reader) array(source []byte, each *Shape, path string) []byte {
	var elements []json.RawMessage
	_ = json.Unmarshal(source, &elements)
	clean := append(make([]byte, 0, len(source)), '[')
	for i, element := range elements {
		part := r.value(element, each, fmt.Sprintf("%s[%d]", path, i))
		if part == nil {
			part = []byte("{}")
		}
		clean = append(comma(clean), part...)
	}
	return append(clean, ']')
}

// comma separates what comes next from what is there, if that is more than a bracket.
func comma(body []byte) []byte {
	if len(body) > 1 {
		body = append(body, ',')
	}
	return body
}

var phrases = map[string]string{ // read only
	"object": "an object", "array": "an array", "string": "a string", "integer": "an integer", "number": "a number", "boolean": "true or false",
}

// typeOf is what JSON calls a valid value.
func typeOf(value []byte) string {
	switch value[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

// integer is a JSON number in digits; not ok when it has a fraction or does not fit 64 bits. It
// moves the decimal point and calculates nothing: no digit is lost, and no exponent is too large.
func integer(number string) (digits []byte, ok bool) {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	significant := strings.TrimRight(whole+fraction, "0")
	if significant == "" || significant == "-" {
		return []byte("0"), true
	}
	shift, err := strconv.Atoi(cmp.Or(exponent, "0"))
	zeros := shift + len(whole) - len(significant)
	if err != nil || zeros < 0 || zeros > maxZeros {
		return nil, false
	}
	n, err := strconv.ParseInt(significant+strings.Repeat("0", zeros), 10, 64)
	return strconv.AppendInt(nil, n, 10), err == nil
}

// maxZeros is how many zeros the largest integer of 64 bits can end in.
const maxZeros = 18
