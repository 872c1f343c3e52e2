package conformance

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// list takes the validator's error apart: a line for each problem, without the dump of schema and
// value that it would print.
func list(err error) []string {
	within := func(where string, inner error) []string {
		lines := list(inner)
		for i, line := range lines {
			lines[i] = where + ": " + line
		}
		return lines
	}
	//nolint:errorlint // an error further down has lost its place
	switch e := err.(type) {
	case nil:
		return nil
	case openapi3.MultiError:
		var all []string
		for _, one := range e {
			all = append(all, list(one)...)
		}
		return all
	case *openapi3filter.RequestError:
		switch {
		case e.Err == nil:
			return []string{e.Error()}
		case e.Parameter != nil:
			return within(e.Parameter.In+" "+strconv.Quote(e.Parameter.Name), e.Err)
		case e.RequestBody != nil:
			return within("body", e.Err)
		}
		return list(e.Err)
	case *openapi3filter.ResponseError:
		if e.Err != nil {
			return within(e.Reason, e.Err)
		}
	case *openapi3.SchemaError:
		return []string{describe(e)}
	}
	return []string{err.Error()}
}

// describe says in one line what is wrong where. The validator has two engines: the reason of one
// names the place, and every problem below it, on lines of its own.
func describe(e *openapi3.SchemaError) string {
	var parts []string
	for line := range strings.Lines(e.Reason) {
		line = strings.TrimLeft(strings.TrimSpace(line), "- ")
		if _, located, ok := strings.Cut(line, ": at '"); ok && strings.HasPrefix(line, "error at ") {
			line = "at '" + located
		}
		if !strings.HasPrefix(line, "jsonschema validation failed") {
			parts = append(parts, quotedValue.ReplaceAllString(line, "${1}the value $2"))
		}
	}
	text := strings.Join(parts, "; ")
	if pointer := e.JSONPointer(); !strings.HasPrefix(text, "at '") && len(pointer) > 0 {
		text = "at '/" + strings.Join(pointer, "/") + "': " + text
	}
	return text
}

// quotedValue is where the validator repeats a value, which may be the URL of a buyer's page.
var quotedValue = regexp.MustCompile(`^(at '[^']*': )'.*' (is not|does not)`)

// masked removes the exchange's secrets from messages: the validator quotes the values that it
// rejects. The secrets are collected once, because a long body may have a problem in every line.
func (x *Exchange) masked(problems []string) []string {
	if len(problems) == 0 {
		return nil
	}
	var pairs []string
	for _, secret := range x.secrets() {
		pairs = append(pairs, secret, "[secret]")
	}
	masks := strings.NewReplacer(pairs...)
	for i, problem := range problems {
		problems[i] = masks.Replace(problem)
	}
	return problems
}

// secrets are those of the exchange, the longest first, because one may begin with another.
func (x *Exchange) secrets() (list []string) {
	header := x.input.Request.Header
	for name := range header {
		lower := strings.ToLower(name)
		if lower == "authorization" || lower == "x-api-key" || strings.HasSuffix(lower, "-signature") {
			list = append(list, credential(header, name))
		}
	}
	var members map[string]any
	_ = json.Unmarshal(x.body.Text, &members) // a body that is not a JSON object has no members
	for name, value := range members {
		if secret, ok := value.(string); ok && strings.Contains(name, "secret") {
			list = append(list, secret)
		}
	}
	list = slices.DeleteFunc(list, func(secret string) bool { return secret == "" })
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	return list
}

// credential is a header's value, of Authorization only the bearer token.
func credential(header http.Header, name string) string {
	value := header.Get(name)
	if name != "Authorization" {
		return value
	}
	scheme, token, _ := strings.Cut(value, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
