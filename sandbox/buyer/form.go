package buyer

import (
	"errors"
	"fmt"
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A form is what a buyer can fill in and press on a page.
type form struct {
	action     string // relative to the page; empty for the page itself
	fields     []field
	buttons    []Button
	buttonName string // of all of them
}

type field struct {
	name, value string // the value that the page has filled in
	kind        string // what browsers fill in: the last word of its autocomplete attribute
	required    bool
}

// The pages come from html/template, which escapes < and > in attributes and quotes them all.
var (
	tag       = regexp.MustCompile(`<(form|input|select|textarea|button)\b([^>]*)>`)
	attribute = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)
)

// parseForm reads the form of a page. A page that the buyer can only look at has an empty one.
func parseForm(document string) form {
	var f form
	for _, found := range tag.FindAllStringSubmatch(document, -1) {
		attributes := map[string]string{}
		for _, a := range attribute.FindAllStringSubmatch(found[2], -1) {
			attributes[a[1]] = html.UnescapeString(a[2])
		}
		name := attributes["name"]
		switch {
		case found[1] == "form":
			f.action = attributes["action"]
		case name == "":
		case found[1] == "button":
			f.buttonName = name
			f.buttons = append(f.buttons, Button(attributes["value"]))
		default:
			words := strings.Fields(attributes["autocomplete"])
			kind := ""
			if len(words) > 0 {
				kind = words[len(words)-1]
			}
			_, required := attributes["required"]
			f.fields = append(f.fields, field{name, attributes["value"], kind, required})
		}
	}
	return f
}

// values are what a browser sends when the button is pressed: what the buyer has filled in, else
// what the page has, else a sample.
func (f form) values(button Button, filled url.Values, samples map[string]string) (url.Values, error) {
	if !slices.Contains(f.buttons, button) {
		if len(f.buttons) == 0 {
			return nil, errors.New("the hosted page has no buttons any more: its session has ended, create another")
		}
		return nil, fmt.Errorf("the hosted page has no button %q now, but %q", string(button), f.buttons)
	}
	out := url.Values{f.buttonName: {string(button)}}
	for _, field := range f.fields {
		value := field.value
		if value == "" {
			value = samples[field.kind]
		}
		if filled.Has(field.name) {
			value = filled.Get(field.name)
		}
		if field.required && value == "" && samples != nil {
			return nil, fmt.Errorf("the field %q of the hosted page is required: fill it in before paying", field.name)
		}
		if value != "" {
			out.Set(field.name, value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(filled)) {
		if !slices.ContainsFunc(f.fields, func(f field) bool { return f.name == name }) {
			return nil, fmt.Errorf("the hosted page has no field %q now", name)
		}
	}
	return out, nil
}

// samples are what a buyer fills in, by the words of the autocomplete attribute.
func samples(card string) map[string]string {
	return map[string]string{
		"cc-number": card, "cc-exp": "12 / 49", "cc-csc": "123", "cc-name": "Ada Example", "email": "ada@example.com",
		"given-name": "Ada", "family-name": "Example", "address-line1": "1 Sample Street",
		"address-level2": "Springfield", "address-level1": "IL", "postal-code": "62701", "country": "US",
	}
}
