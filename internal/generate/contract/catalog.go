package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
)

// A catalog is an x-error-catalog.
type catalog struct {
	Docs  string
	Codes []catalogEntry
}

// mergeCatalogs is the catalog of all gateways. A gateway whose errors carry no codes has none of
// its own.
func mergeCatalogs(documents []*document) (all catalog, err error) {
	for _, d := range documents {
		c := d.Catalog
		if c.Docs == "" && len(c.Codes) == 0 {
			continue
		}
		if err := c.check(); err != nil {
			return all, fmt.Errorf("%s: x-error-catalog: %w", d.path(), err)
		}
		if c.Docs == "" {
			return all, fmt.Errorf("%s: x-error-catalog: docs is missing, the address of the codes' documentation", d.path())
		}
		for i := range c.Codes {
			c.Codes[i].Docs = c.Docs + c.Codes[i].Code
		}
		all.Codes = append(all.Codes, c.Codes...)
	}
	if err := all.check(); err != nil {
		return all, fmt.Errorf("x-error-catalog of all contracts: %w", err)
	}
	return all, nil
}

type catalogEntry struct {
	Code                string
	Statuses            []int
	Family              string
	Retryable           bool
	NeedsIdempotencyKey bool   `yaml:"needsIdempotencyKey"`
	NextAction          string `yaml:"nextAction"`
	Meaning             string
	Hint                string
	Docs                string `yaml:"-"`
}

// nextActions are what a nextAction can be: a misspelled one would be another to every caller.
var nextActions = []string{"fix_input", "rotate_key", "wait_and_retry", "contact_support", "ignore"} // read only

// check rejects a catalog that would generate code which cannot be right.
func (c catalog) check() error {
	if len(c.Codes) == 0 {
		return errors.New("codes are missing")
	}
	var seen []string
	for _, e := range c.Codes {
		switch {
		case e.Code == "" || e.Family == "" || e.NextAction == "" || e.Meaning == "" || e.Hint == "" || len(e.Statuses) == 0:
			return fmt.Errorf("code %q: every entry needs code, statuses, family, nextAction, meaning and hint", e.Code)
		case slices.Contains(seen, e.Code):
			return fmt.Errorf("code %q is listed twice", e.Code)
		case !slices.Contains(nextActions, e.NextAction):
			return fmt.Errorf("code %q has the nextAction %q, and the code knows %s: see what depends on sdk.NextAction, and list it in internal/generate/contract/catalog.go", e.Code, e.NextAction, strings.Join(nextActions, ", "))
		}
		seen = append(seen, e.Code)
	}
	return nil
}

// checkCodes wants every x-error-code of a contract in the catalog: no constant stands for another.
func (c catalog) checkCodes(d *document) error {
	used := slices.Collect(maps.Values(d.AssignedCodes()))
	for _, r := range d.Requests() {
		for _, property := range r.Schema.Properties.values {
			used = append(used, property.ErrorCode)
		}
	}
	for _, code := range used {
		if code != "" && !slices.ContainsFunc(c.Codes, func(e catalogEntry) bool { return e.Code == code }) {
			return fmt.Errorf("x-error-code: %s is in no x-error-catalog: correct it, or describe it there", code)
		}
	}
	return nil
}

// Families are the families in the order in which the catalog first names them.
func (c catalog) Families() []string {
	return c.distinct(func(e catalogEntry) string { return e.Family })
}

// Actions are the next actions in the order in which the catalog first names them.
func (c catalog) Actions() []string {
	return c.distinct(func(e catalogEntry) string { return e.NextAction })
}

func (c catalog) distinct(of func(catalogEntry) string) []string {
	var found []string
	for _, e := range c.Codes {
		if v := of(e); !slices.Contains(found, v) {
			found = append(found, v)
		}
	}
	return found
}

var catalogTemplate = template.Must(template.New("catalog").Funcs(funcs).Parse(header + `package sdk

// The codes of the error catalog. Each is a sentinel: errors.Is(err, sdk.{{(index .Codes 0).Code | goName | printf "Code%s"}}).
const (
{{- range .Codes}}
	// {{.Meaning}} HTTP {{range $i, $s := .Statuses}}{{if $i}}, also {{end}}{{$s}}{{end}}.
	Code{{goName .Code}} Code = {{printf "%q" .Code}}
{{- end}}
)

// The families of the error catalog. Each is a sentinel too: errors.Is(err, sdk.FamilyAuth).
const (
{{- range .Families}}
	Family{{goName .}} Family = {{printf "%q" .}}
{{- end}}
)

// What a caller can do about an error.
const (
{{- range .Actions}}
	Action{{goName .}} NextAction = {{printf "%q" .}}
{{- end}}
)

// Codes lists every code of the catalog, in its order.
func Codes() []Code {
	return []Code{
{{- range .Codes}}
		Code{{goName .Code}},
{{- end}}
	}
}

func lookUp(code Code) (CatalogEntry, bool) {
	switch code {
{{- range .Codes}}
	case Code{{goName .Code}}:
		return CatalogEntry{
			Code:       Code{{goName .Code}},
			Statuses:   []int{ {{- range $i, $s := .Statuses}}{{if $i}}, {{end}}{{$s}}{{end -}} },
			Family:     Family{{goName .Family}},
			Retryable:  {{.Retryable}},
{{- if .NeedsIdempotencyKey}}
			NeedsIdempotencyKey: true,
{{- end}}
			NextAction: Action{{goName .NextAction}},
			Meaning:    {{printf "%q" .Meaning}},
			Hint:       {{printf "%q" .Hint}},
			docs:       {{printf "%q" .Docs}},
		}, true
{{- end}}
	}
	return CatalogEntry{}, false
}
`))
