package main

import (
	"errors"
	"fmt"
	"slices"
	"text/template"
)

// A catalog is the contract's x-error-catalog.
type catalog struct {
	Docs  string
	Codes []catalogEntry
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
}

// check refuses a catalog that would generate code which cannot be right.
func (c catalog) check() error {
	if c.Docs == "" || len(c.Codes) == 0 {
		return errors.New("docs or codes are missing")
	}
	var seen []string
	for _, e := range c.Codes {
		switch {
		case e.Code == "" || e.Family == "" || e.NextAction == "" || e.Meaning == "" || e.Hint == "" || len(e.Statuses) == 0:
			return fmt.Errorf("code %q: every entry needs code, statuses, family, nextAction, meaning and hint", e.Code)
		case slices.Contains(seen, e.Code):
			return fmt.Errorf("code %q stands twice", e.Code)
		}
		seen = append(seen, e.Code)
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

// docsBase is where the catalog is documented; a code is its anchor.
const docsBase = {{printf "%q" .Docs}}

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
		}, true
{{- end}}
	}
	return CatalogEntry{}, false
}
`))
