// Command contract generates Go from the extensions of api/*.yaml: the error catalog of package sdk, the tables of
// internal/contract and the constraint checks of gen/. Run it from the root of the repository.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"strings"
	"text/template"

	"go.yaml.in/yaml/v3"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate contract:", err)
		os.Exit(1)
	}
}

func run() error {
	vora, err := load("api/openapi-vora.yaml")
	if err != nil {
		return err
	}
	visionscope, err := load("api/openapi-visionscope.yaml")
	if err != nil {
		return err
	}
	if err := vora.Catalog.check(); err != nil {
		return fmt.Errorf("api/openapi-vora.yaml: x-error-catalog: %w", err)
	}
	both := map[string]*document{"Vora": vora, "VisionScope": visionscope}
	for path, source := range map[string]struct {
		template *template.Template
		data     any
	}{
		"sdk/catalog.gen.go":                 {catalogTemplate, vora.Catalog},
		"internal/contract/contract.gen.go":  {tablesTemplate, both},
		"gen/vora/constraints.gen.go":        {constraintsTemplate, constraints{"vora", vora.requests("CreateSessionRequest", "LineItem")}},
		"gen/visionscope/constraints.gen.go": {constraintsTemplate, constraints{"visionscope", visionscope.requests("CreateCheckoutRequest")}},
	} {
		if err := write(path, source.template, source.data); err != nil {
			return err
		}
	}
	return nil
}

// A document is the part of a contract that this command reads.
type document struct {
	Info    struct{ Version string }
	Servers []struct{ URL string }
	Paths   map[string]map[string]operation

	Keys        []apiKey          `yaml:"x-api-keys"`
	Catalog     catalog           `yaml:"x-error-catalog"`
	Schemes     map[string]scheme `yaml:"x-webhook-schemes"`
	Idempotency struct {
		RetentionSeconds int `yaml:"retentionSeconds"`
	} `yaml:"x-idempotency"`
	Rotation struct {
		GraceSeconds int `yaml:"graceSeconds"`
	} `yaml:"x-key-rotation"`
	RateLimits map[string]int `yaml:"x-rate-limits"`
	Timing     map[string]int `yaml:"x-timing"`
	ReturnURL  struct {
		V2 struct {
			MaxAge int `yaml:"maxAgeSeconds"`
			Future int `yaml:"futureSeconds"`
		}
	} `yaml:"x-return-url"`
	TestMode struct {
		DeclinedAmount int    `yaml:"declinedAmount"`
		FailureCode    string `yaml:"declinedFailureCode"`
		Cards          []card
	} `yaml:"x-test-mode"`
	Components struct {
		Parameters map[string]struct{ Schema schema }
		Schemas    map[string]schema
		Responses  map[string]response
	}
}

type apiKey struct{ Prefix, Kind, Mode, Name string }

type card struct {
	Number, Label, Outcome string
	FailureCode            string `yaml:"failureCode"`
}

type operation struct {
	OperationID string `yaml:"operationId"`
	Responses   map[string]response
}

type response struct {
	Ref       string `yaml:"$ref"`
	ErrorCode string `yaml:"x-error-code"`
}

type scheme struct {
	SignatureHeader string `yaml:"signatureHeader"`
	TimestampHeader string `yaml:"timestampHeader"`
	UserAgent       string `yaml:"userAgent"`
	Past            int    `yaml:"pastSeconds"`
	Future          int    `yaml:"futureSeconds"`
	MaxSignatures   int    `yaml:"maxSignatures"`
	ReplyWithin     int    `yaml:"replyWithinSeconds"`
	RetryAfter      []int  `yaml:"retryAfterSeconds"`
}

// AssignedCodes are the catalog codes that the contract assigns to answers which carry none, by status.
func (d *document) AssignedCodes() map[string]string {
	codes := map[string]string{}
	for _, methods := range d.Paths {
		for _, op := range methods {
			for status, r := range op.Responses {
				shared := d.Components.Responses[strings.TrimPrefix(r.Ref, "#/components/responses/")]
				if code := r.ErrorCode + shared.ErrorCode; code != "" {
					codes[status] = code
				}
			}
		}
	}
	return codes
}

// AdvisedSecretLength is the advice about the secret that a create call hands over; 0 when there is none.
func (d *document) AdvisedSecretLength() int {
	return d.Components.Schemas["CreateCheckoutRequest"].Properties["webhook_secret"].AdvisedMinLength
}

// IdempotencyKeyLength is how many characters an idempotency key may have; 0 when the gateway takes none.
func (d *document) IdempotencyKeyLength() int {
	if most := d.Components.Parameters["IdempotencyKey"].Schema.MaxLength; most != nil {
		return *most
	}
	return 0
}

// SessionLife is how many seconds a session lives when the create call does not say; 0 when that is not documented.
func (d *document) SessionLife() int {
	seconds, _ := d.Components.Schemas["CreateSessionRequest"].Properties["expiresIn"].Default.(int)
	return seconds
}

func load(path string) (*document, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var d document
	if err := yaml.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &d, nil
}

func write(path string, t *template.Template, data any) error {
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	formatted, err := format.Source(out.Bytes())
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", path, err, out.String())
	}
	return os.WriteFile(path, formatted, 0o644)
}

const header = "// Code generated by internal/generate/contract from api/*.yaml; DO NOT EDIT.\n\n"

// goName turns code_names, dotted.names and camelCase into Go names with the initialisms that the catalog uses.
func goName(name string) string {
	var out strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '.' || r == '-' }) {
		out.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return out.String()
}

var funcs = template.FuncMap{"goName": goName}
