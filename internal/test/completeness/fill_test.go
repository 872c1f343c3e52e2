package completeness_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A leaf is a value of a body, under the path of its field.
type leaf struct {
	path    string
	want    string // as [values] has it; empty for a boolean, which is only looked at for a difference
	options int    // how many values it can have: 2 for a boolean, more for an enum
	enum    []any  // its values
}

// A filler fills a schema with values that are all different.
type filler struct {
	count  int
	leaves []leaf
	pick   map[string]int // which of its options a leaf has; the first when it is not there
}

// filled is a body of this schema, and its leaves.
func filled(c choice, pick map[string]int) (body []byte, leaves []leaf) {
	f := filler{pick: pick}
	body, err := json.Marshal(f.value(c.schema, c.name))
	if err != nil {
		panic(err) // maps, strings and numbers
	}
	return body, f.leaves
}

func (f *filler) add(path, want string, options int) {
	f.leaves = append(f.leaves, leaf{path: path, want: want, options: options})
}

func (f *filler) value(s *openapi3.Schema, path string) any {
	f.count++
	switch {
	case len(s.AnyOf) > 0: // a schema or null
		return f.value(s.AnyOf[0].Value, path)
	case s.Const != nil:
		if text, ok := s.Const.(string); ok {
			f.add(path, text, 1)
		}
		return s.Const
	case len(s.Enum) > 0:
		text := fmt.Sprint(s.Enum[f.pick[path]])
		f.leaves = append(f.leaves, leaf{path, text, len(s.Enum), s.Enum})
		return text
	case s.Type.Includes("object"):
		return f.object(s, path)
	case s.Type.Includes("array"):
		return []any{f.value(s.Items.Value, path+"[]")}
	case s.Type.Includes("boolean"):
		f.add(path, "", 2)
		return f.pick[path] == 0
	case s.Type.Includes("integer"):
		n := 7_300_000 + f.count
		f.add(path, strconv.Itoa(n), 1)
		return n
	case s.Type.Includes("number"):
		n := json.Number(fmt.Sprintf("73%02d.25", f.count))
		f.add(path, n.String(), 1)
		return n
	}
	text := f.text(s)
	f.add(path, text, 1)
	return text
}

func (f *filler) object(s *openapi3.Schema, path string) any {
	object := map[string]any{}
	for _, name := range properties(s) {
		object[name] = f.value(s.Properties[name].Value, path+"."+name)
	}
	if len(object) > 0 {
		return object
	}
	free := &openapi3.Schema{Type: &openapi3.Types{"string"}}
	if each := s.AdditionalProperties.Schema; each != nil && each.Value.Type != nil {
		free = each.Value
	}
	object["key"] = f.value(free, path+".key")
	return object
}

func (f *filler) text(s *openapi3.Schema) string {
	switch s.Format {
	case "date-time":
		return time.Date(2026, 4, 21, 13, 0, f.count, 250e6, time.UTC).Format(time.RFC3339Nano)
	case "uri":
		return fmt.Sprintf("https://leaf-%d.example.com/page", f.count)
	}
	for _, example := range s.Examples {
		if text, ok := example.(string); ok && money.Currency(text).Valid() {
			return "CHF"
		}
	}
	return fmt.Sprintf("leaf-%d", f.count)
}
