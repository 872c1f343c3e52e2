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
// A server reads a request by its shape before it decodes it, because a Go struct and its decoder know less than the
// contract: a missing number is a zero, a null in a map is an empty text, a member of any case is taken, what is sent
// twice is merged, 1499.0 and 1.499e3 are refused although they are the integer 1499, and decoding ends at the first
// wrong type, whose path has no index.
type Shape struct {
	Type    string   // as in OpenAPI: object, array, string, integer, number or boolean
	Code    string   // the catalog code of a wrong type; empty for the usual one
	Members []Member // of an object whose members have names in the contract
	Each    *Shape   // of an array's elements, and of the members of an object that names them itself
}

// A Member is a named part of an object.
type Member struct {
	Name     string
	Required bool
	Shape    *Shape
}

// Read gives a request's JSON as a decoder is to see it, and the members that are missing or of a wrong type. What is
// given has each member of the contract once and of its type; where a name was sent twice, the last one counts. It is
// nil when text is not a JSON object.
func (s *Shape) Read(text []byte) (clean []byte, found []Violation) {
	var r reader
	text = bytes.TrimLeft(text, space)
	if !json.Valid(text) || typeOf(text) != "object" {
		return nil, nil
	}
	return r.object(text, s, ""), r.found
}

// A reader collects what is wrong with a request.
type reader struct{ found []Violation }

func (r *reader) report(path, problem, code string) {
	if len(r.found) < mostViolations {
		r.found = append(r.found, Violation{Path: path, Problem: problem, Code: cmp.Or(code, codeInvalid)})
	}
}

const (
	mostViolations = 100 // that are reported of one request, because nobody reads more
	mostShown      = 32  // characters of a value
)

// value gives a valid JSON value as it should be; nil when it is of a wrong type.
func (r *reader) value(value []byte, s *Shape, path string) []byte {
	is := typeOf(value)
	switch {
	case is == "number" && s.Type == "integer":
		if digits, ok := integer(string(value)); ok {
			return digits
		}
		is = "number " + string(value[:min(len(value), mostShown)])
	case is != s.Type:
	case s.Members != nil:
		return r.object(value, s, path+".")
	case is == "object":
		return r.texts(value, s.Each, path+".")
	case is == "array":
		return r.array(value, s.Each, path)
	default:
		return value
	}
	r.report(path, "must be "+phrases[s.Type]+", not "+is, s.Code)
	return nil
}

func (r *reader) object(text []byte, s *Shape, prefix string) []byte {
	values := s.values(text)
	clean := append(make([]byte, 0, len(text)), '{')
	for i, m := range s.Members {
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

// texts reads an object whose members have the sender's own names.
func (r *reader) texts(text []byte, each *Shape, prefix string) []byte {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(text, &members)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if members[name] = r.value(members[name], each, prefix+name); members[name] == nil {
			delete(members, name)
		}
	}
	clean, _ := json.Marshal(members)
	return clean
}

// array puts an empty object in the place of an element that is none, so that the others keep their index.
func (r *reader) array(text []byte, each *Shape, path string) []byte {
	var elements []json.RawMessage
	_ = json.Unmarshal(text, &elements)
	clean := append(make([]byte, 0, len(text)), '[')
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
func comma(text []byte) []byte {
	if len(text) > 1 {
		text = append(text, ',')
	}
	return text
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

// integer is a JSON number in digits; not ok when it has a fraction or does not fit 64 bits. It moves the decimal point
// and calculates nothing: no digit is lost, and no exponent is too large.
func integer(number string) (digits []byte, ok bool) {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	significant := strings.TrimRight(whole+fraction, "0")
	if significant == "" || significant == "-" {
		return []byte("0"), true
	}
	shift, err := strconv.Atoi(cmp.Or(exponent, "0"))
	zeros := shift + len(whole) - len(significant)
	if err != nil || zeros < 0 || zeros > mostZeros {
		return nil, false
	}
	n, err := strconv.ParseInt(significant+strings.Repeat("0", zeros), 10, 64)
	return strconv.AppendInt(nil, n, 10), err == nil
}

// mostZeros is how many zeros the largest integer of 64 bits can end in.
const mostZeros = 18
