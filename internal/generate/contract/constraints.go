package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

// A schema is a JSON schema as far as requests and events use it.
type schema struct {
	Ref              string `yaml:"$ref"`
	Type             any
	Format           string
	Pattern          string
	Enum             []string
	Const            any
	Default          any
	Minimum          *int64
	Maximum          *int64
	ExclusiveMinimum *int64 `yaml:"exclusiveMinimum"`
	ExclusiveMaximum *int64 `yaml:"exclusiveMaximum"`
	MultipleOf       *int64 `yaml:"multipleOf"`
	MinLength        int    `yaml:"minLength"`
	MaxLength        *int   `yaml:"maxLength"`
	MinItems         int    `yaml:"minItems"`
	MaxItems         *int   `yaml:"maxItems"`
	UniqueItems      bool   `yaml:"uniqueItems"`
	AdvisedMinLength int    `yaml:"x-advised-min-length"`
	Required         []string
	Properties       ordered[schema]
	OneOf            []schema `yaml:"oneOf"`
	Items            *schema
	Additional       any    `yaml:"additionalProperties"`
	ErrorCode        string `yaml:"x-error-code"`
	HTTPSOnly        bool   `yaml:"x-https-only"`
	ReturnQuery      bool   `yaml:"x-return-query"`
	reserved         []string
}

type request struct {
	Name   string
	Checks []string
	Texts  []string
	Schema schema
}

// Requests are the schemas of the request bodies, and what they refer to.
func (d *document) Requests() (list []request) {
	seen := map[string]bool{}
	var add func(ref string)
	add = func(ref string) {
		name := strings.TrimPrefix(ref, "#/components/schemas/")
		if ref == "" || seen[name] {
			return
		}
		seen[name] = true
		r := request{Name: name, Schema: d.Components.Schemas[name]}
		properties := r.Schema.Properties.values
		for _, property := range slices.Sorted(maps.Keys(properties)) {
			s := properties[property]
			if s.ReturnQuery { // its query must leave room for what the gateway adds
				s.reserved = d.ReturnURL.Parameters
			}
			required := slices.Contains(r.Schema.Required, property)
			r.Checks = append(r.Checks, s.checks(property, required)...)
			r.Texts = append(r.Texts, s.texts(property, required)...)
		}
		list = append(list, r)
		for _, property := range slices.Sorted(maps.Keys(properties)) {
			if items := properties[property].Items; items != nil {
				add(items.Ref)
			}
		}
	}
	for _, op := range d.operations() {
		add(op.RequestBody.Content["application/json"].Schema.Ref)
	}
	return list
}

// quoted are strings as arguments in Go.
func quoted(list []string) string {
	var out []string
	for _, text := range list {
		out = append(out, strconv.Quote(text))
	}
	return strings.Join(out, ", ")
}

// checkConstraints rejects those of requests that [schema.checks] writes no statement for: nothing
// would hold a request to them.
func (d *document) checkConstraints() error {
	for _, r := range d.Requests() {
		for name, s := range r.Schema.Properties.values {
			if word := s.unchecked(); word != "" {
				return fmt.Errorf("components.schemas.%s.properties.%s: %s is a constraint that nothing checks: generate a check in internal/generate/contract/constraints.go", r.Name, name, word)
			}
		}
	}
	return nil
}

func (s schema) unchecked() string {
	switch {
	case s.Minimum != nil && s.Maximum == nil:
		return "minimum without maximum"
	case s.Minimum == nil && s.Maximum != nil:
		return "maximum without minimum"
	case s.ExclusiveMinimum != nil && *s.ExclusiveMinimum != 0:
		return "exclusiveMinimum other than 0"
	case s.ExclusiveMaximum != nil:
		return "exclusiveMaximum"
	case s.MultipleOf != nil:
		return "multipleOf"
	case s.MinLength > 1:
		return "minLength of more than 1"
	case s.MinItems > 0:
		return "minItems"
	case s.UniqueItems:
		return "uniqueItems"
	}
	return ""
}

// checks are the Go statements that hold one property to its constraints.
func (s schema) checks(name string, required bool) []string {
	value := "v." + fieldName(name)
	if !required {
		value = "*" + value
	}
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	code := fmt.Sprintf("%q", s.ErrorCode)

	switch {
	case s.Minimum != nil && s.Maximum != nil:
		add("c.Range(%q, int64(%s), %d, %d, %s)", name, value, *s.Minimum, *s.Maximum, code)
	case s.ExclusiveMinimum != nil:
		add("c.Positive(%q, %s.String(), %s)", name, value, code)
	}
	if s.MaxLength != nil {
		add("c.Length(%q, %s, %d, %s)", name, value, *s.MaxLength, code)
	}
	if s.Pattern != "" {
		add("c.Pattern(%q, %s, %s, %s)", name, value, patternName(name), code)
	}
	if len(s.Enum) > 0 {
		add("c.OneOf(%q, string(%s), %s, %s)", name, value, code, quoted(s.Enum))
	}
	if s.HTTPSOnly {
		add("c.HTTPS(%q, %s, %s)", name, value, code)
	}
	if len(s.reserved) > 0 {
		add("c.QueryWithout(%q, %s, %s, %s)", name, value, code, quoted(s.reserved))
	}
	if s.MaxItems != nil {
		add("c.Count(%q, len(%s), %d, %s)", name, value, *s.MaxItems, code)
	}
	if s.Items != nil && s.Items.Ref != "" {
		add("for i := range %s {\nouter := c.Enter(%q, i)\n(%s)[i].Check(c)\nc.Leave(outer)\n}", value, name, value)
	}
	if values, ok := s.Additional.(map[string]any); ok && values["maxLength"] != nil {
		add("for key, value := range %s {\nc.Length(%q + key, value, %v, %s)\n}", value, name+".", values["maxLength"], code)
	}
	there := fmt.Sprintf("v.%s != nil", fieldName(name))
	switch present := fmt.Sprintf("c.Present(%q, %s, %s)", name, value, code); {
	case required && s.Type != "string":
		return out
	case required && len(out) == 0:
		return []string{present}
	case required:
		there = present
	case len(out) == 0:
		return nil
	}
	return []string{fmt.Sprintf("if %s {\n%s\n}", there, strings.Join(out, "\n"))}
}

// texts are the Go statements that check that the strings of one property are UTF-8.
func (s schema) texts(name string, required bool) []string {
	field := "v." + fieldName(name)
	value, statement := field, ""
	if !required {
		value = "*" + value
	}
	values, _ := s.Additional.(map[string]any)
	switch {
	case s.Type == "string" && len(s.Enum) > 0:
		statement = fmt.Sprintf("c.Text(%q, string(%s))", name, value)
	case s.Type == "string":
		statement = fmt.Sprintf("c.Text(%q, %s)", name, value)
	case s.Items != nil && s.Items.Ref != "":
		statement = fmt.Sprintf("for i := range %s {\nouter := c.Enter(%q, i)\n(%s)[i].CheckText(c)\nc.Leave(outer)\n}", value, name, value)
	case values["type"] == "string":
		statement = fmt.Sprintf("for key, value := range %s {\nc.Text(%q, key)\nc.Text(%q, value)\n}", value, name, name)
	default:
		return nil
	}
	if !required {
		statement = fmt.Sprintf("if %s != nil {\n%s\n}", field, statement)
	}
	return []string{statement}
}

// Patterns are the regular expressions of a request's properties.
func (r request) Patterns() map[string]string {
	out := map[string]string{}
	for name, s := range r.Schema.Properties.values {
		if s.Pattern != "" {
			out[patternName(name)] = s.Pattern
		}
	}
	return out
}

// HasPatterns reports whether any request has a regular expression.
func (d *document) HasPatterns() bool {
	return slices.ContainsFunc(d.Requests(), func(r request) bool { return len(r.Patterns()) > 0 })
}

// Fields are the properties in Go, as a [contract.Shape] has them.
func (r request) Fields() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(r.Schema.Properties.values)) {
		required := ""
		if slices.Contains(r.Schema.Required, name) {
			required = "Required: true, "
		}
		out = append(out, fmt.Sprintf("{Name: %q, %sShape: %s}", name, required, r.Schema.Properties.values[name].shape()))
	}
	return out
}

// shape is a schema as a [contract.Shape], in Go.
func (s schema) shape() string {
	if s.Ref != "" {
		return strings.TrimPrefix(s.Ref, "#/components/schemas/") + "Shape()"
	}
	out := fmt.Sprintf("&contract.Shape{Type: %q", s.Type)
	if s.ErrorCode != "" {
		out += fmt.Sprintf(", Code: %q", s.ErrorCode)
	}
	if s.Items != nil {
		out += ", Each: " + s.Items.shape()
	}
	if values, ok := s.Additional.(map[string]any); ok {
		out += ", Each: " + schema{Type: values["type"]}.shape()
	}
	return out + "}"
}

func patternName(property string) string { return "pattern" + goName(property) }

// fieldName is the name that oapi-codegen gives a property.
func fieldName(property string) string {
	name := goName(property)
	for _, initialism := range []string{"Id", "Url"} {
		if strings.HasSuffix(name, initialism) {
			name = strings.TrimSuffix(name, initialism) + strings.ToUpper(initialism)
		}
	}
	return name
}

var constraintsTemplate = template.Must(template.New("constraints").Funcs(funcs).Parse(header + `package {{.ID}}

import (
	{{- if .HasPatterns}}
	"regexp"
	{{- end}}

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

{{range .Requests}}
{{- range $name, $pattern := .Patterns}}
var {{$name}} = regexp.MustCompile({{printf "%q" $pattern}})
{{- end}}

// Check reports every constraint of the contract that v breaks.
func (v {{.Name}}) Check(c *contract.Checker) {
{{- range .Checks}}
	{{.}}
{{- end}}
}

// CheckText reports every string of v that is not UTF-8.
func (v {{.Name}}) CheckText(c *contract.Checker) {
{{- range .Texts}}
	{{.}}
{{- end}}
}

// {{.Name}}Shape is what the JSON of a {{.Name}} looks like.
func {{.Name}}Shape() *contract.Shape {
	return &contract.Shape{Type: "object", Fields: []contract.Field{
	{{- range .Fields}}
		{{.}},
	{{- end}}
	}}
}
{{end}}
`))
