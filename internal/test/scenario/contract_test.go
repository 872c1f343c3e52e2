package scenario_test

import (
	"encoding/json"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/hostedpay/hostedpay-go/api"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// What gateways response with in this package comes from the contracts themselves: their examples,
// and their error catalog.

// voraExample and visionScopeExample are a JSON example of a contract, by its path in the document.
func voraExample(path ...string) string { return toJSON(lookUp(contracts().vora, path)) }

func visionScopeExample(path ...string) string { return toJSON(lookUp(contracts().visionscope, path)) }

// A catalogEntry is a row of the contract's error catalog.
type catalogEntry struct {
	Code      sdk.Code
	Statuses  []int
	Retryable bool
	Meaning   string
	Hint      string
}

func catalog() []catalogEntry { return contracts().catalog }

func catalogued(code sdk.Code) catalogEntry {
	for _, entry := range catalog() {
		if entry.Code == code {
			return entry
		}
	}
	panic("not in the catalog: " + string(code))
}

// envelope is the error body of a code.
func envelope(code sdk.Code) map[string]any {
	entry := catalogued(code)
	return map[string]any{
		"error": entry.Meaning, "code": code, "fix": entry.Hint,
		"docs": "https://docs.vonpay.com/reference/error-codes#" + string(code),
	}
}

type documents struct {
	vora, visionscope map[string]any
	catalog           []catalogEntry
}

var contracts = sync.OnceValue(func() (d documents) {
	for file, document := range map[string]*map[string]any{
		"openapi-vora.yaml": &d.vora, "openapi-visionscope.yaml": &d.visionscope,
	} {
		text, err := api.Documents.ReadFile(file)
		if err == nil {
			err = yaml.Unmarshal(text, document)
		}
		if err != nil {
			panic(err)
		}
	}
	codes := toJSON(lookUp(d.vora, []string{"x-error-catalog", "codes"}))
	if err := json.Unmarshal([]byte(codes), &d.catalog); err != nil {
		panic(err)
	}
	return d
})

func lookUp(document map[string]any, path []string) any {
	var node any = document
	for _, name := range path {
		members, _ := node.(map[string]any)
		if node = members[name]; node == nil {
			panic("the contract has no " + strings.Join(path, " > "))
		}
	}
	return node
}

func toJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}
