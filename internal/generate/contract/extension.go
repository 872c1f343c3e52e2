package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// extensions are the contract's own words at the top level of a document. Everything that is not
// listed here, or below, is an error, so that a misspelt extension is not silently ignored.
type extensions struct {
	Gateway struct {
		Name            string // for people: "VisionScope"
		SessionIDPrefix string `yaml:"sessionIdPrefix"`
	} `yaml:"x-gateway"`
	APIKeys  []apiKey        `yaml:"x-api-keys"`
	Catalog  catalog         `yaml:"x-error-catalog"`
	Schemes  ordered[scheme] `yaml:"x-webhook-schemes"`
	Rotation struct {
		GraceSeconds int `yaml:"graceSeconds"`
	} `yaml:"x-key-rotation"`
	Idempotency struct {
		RetentionSeconds int `yaml:"retentionSeconds"`
	} `yaml:"x-idempotency"`
	RateLimits struct {
		WindowSeconds              int `yaml:"windowSeconds"`
		CreatesPerAddress          int `yaml:"createsPerAddress"`
		CreatesPerKey              int `yaml:"createsPerKey"`
		ReadsPerAddress            int `yaml:"readsPerAddress"`
		DeepHealthChecksPerAddress int `yaml:"deepHealthChecksPerAddress"`
	} `yaml:"x-rate-limits"`
	Capabilities []capability `yaml:"x-capabilities"`
	Timing       struct {
		ApprovedSeconds  int `yaml:"approvedSeconds"`
		DeclinedSeconds  int `yaml:"declinedSeconds"`
		ReconcileSeconds int `yaml:"reconcileSeconds"`
	} `yaml:"x-timing"`
	ReturnURL struct {
		Parameters []string
		V1         struct{ Signed, Signature string }
		V2         struct {
			Signed, Signature string
			Fields            []string
			MaxAge            int `yaml:"maxAgeSeconds"`
			Future            int `yaml:"futureSeconds"`
		}
	} `yaml:"x-return-url"`
	TestMode struct {
		DeclinedAmount int    `yaml:"declinedAmount"`
		FailureCode    string `yaml:"declinedFailureCode"`
		Cards          []card
	} `yaml:"x-test-mode"`
	Notes []struct{ About, Sources, Decided string } `yaml:"x-notes"`
}

type capability struct{ Operation, Support, Reason string }

type apiKey struct{ Prefix, Kind, Mode, Name string }

type card struct {
	Number, Label, Outcome string
	FailureCode            string `yaml:"failureCode"`
}

// nested are the extensions inside of operations, responses and schemas.
var nested = []string{ // read only
	"x-advised-min-length", "x-error-code", "x-go-type", "x-https-only", "x-return-query", "x-webhook-scheme",
}

func readExtensions(root *yaml.Node) (e extensions, err error) {
	if len(root.Content) == 0 || root.Content[0].Kind != yaml.MappingNode {
		return e, errors.New("not a mapping")
	}
	document := root.Content[0]
	top := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i+1 < len(document.Content); i += 2 {
		key, value := document.Content[i], document.Content[i+1]
		if strings.HasPrefix(key.Value, "x-") {
			top.Content = append(top.Content, key, value)
			continue
		}
		if err := checkNested(value, key.Value); err != nil {
			return e, err
		}
	}
	source, err := yaml.Marshal(top)
	if err != nil {
		return e, err
	}
	strict := yaml.NewDecoder(bytes.NewReader(source))
	strict.KnownFields(true)
	if err := strict.Decode(&e); err != nil {
		return e, fmt.Errorf("extensions: %w", err)
	}
	return e, nil
}

// checkNested rejects extensions that nothing reads, anywhere below path.
func checkNested(node *yaml.Node, path string) error {
	for i, child := range node.Content {
		below := path
		if node.Kind == yaml.MappingNode {
			key := node.Content[i-i%2].Value
			if strings.HasPrefix(key, "x-") && !slices.Contains(nested, key) {
				return fmt.Errorf("line %d: %s: %s is not a known extension", child.Line, path, key)
			}
			below = path + "." + key
		}
		if err := checkNested(child, below); err != nil {
			return err
		}
	}
	return nil
}
