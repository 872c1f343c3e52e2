package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A document is the part of a contract that this command reads.
type document struct {
	ID string `yaml:"-"` // NAME of api/openapi-NAME.yaml

	Info       struct{ Version string }
	Servers    []struct{ URL string }
	Paths      map[string]map[string]operation
	Webhooks   ordered[map[string]operation]
	Components components

	extensions `yaml:"-"`
}

type components struct {
	Parameters      map[string]parameter
	Schemas         map[string]schema
	Responses       map[string]response
	SecuritySchemes map[string]securityScheme `yaml:"securitySchemes"`
}

type parameter struct {
	Name   string
	Schema schema
}

type securityScheme struct{ Type, Scheme, Name string }

type operation struct {
	OperationID   string `yaml:"operationId"`
	WebhookScheme string `yaml:"x-webhook-scheme"`
	RequestBody   struct {
		Content map[string]struct{ Schema schema }
	} `yaml:"requestBody"`
	Responses map[string]response
	Callbacks map[string]ordered[map[string]operation]
}

type response struct {
	Ref       string `yaml:"$ref"`
	ErrorCode string `yaml:"x-error-code"`
	Headers   map[string]struct {
		Ref string `yaml:"$ref"`
	}
}

func loadAll() ([]*document, error) {
	paths, err := filepath.Glob("api/openapi-*.yaml")
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, errors.New("no api/openapi-*.yaml here: run it from the root of the repository")
	}
	var documents []*document
	for _, path := range paths {
		d, err := load(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		documents = append(documents, d)
	}
	return documents, nil
}

func load(path string) (*document, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d := &document{ID: strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "openapi-"), ".yaml")}
	var root yaml.Node
	if err := yaml.Unmarshal(source, &root); err != nil {
		return nil, err
	}
	if err := root.Decode(d); err != nil {
		return nil, err
	}
	d.extensions, err = readExtensions(&root)
	return d, err
}

func (d *document) path() string { return "api/openapi-" + d.ID + ".yaml" }

// check rejects a contract that lacks what the templates need.
func (d *document) check() error {
	switch {
	case d.Gateway.Name == "":
		return errors.New("x-gateway: name is missing")
	case d.Gateway.SessionIDPrefix == "":
		return errors.New("x-gateway: sessionIdPrefix is missing")
	case d.Info.Version == "" || len(d.Servers) == 0:
		return errors.New("info.version or servers is missing")
	case len(d.APIKeys) == 0:
		return errors.New("x-api-keys is missing")
	case len(d.ReturnURL.Parameters) == 0:
		return errors.New("x-return-url: parameters is missing")
	}
	if err := d.checkPrefixes(); err != nil {
		return err
	}
	if err := d.checkCapabilities(); err != nil {
		return err
	}
	if err := d.checkConstraints(); err != nil {
		return err
	}
	return d.checkEvents()
}

// searchable is the form of a prefix by which credentials are found in messages from the network,
// whatever those have done to it.
var searchable = regexp.MustCompile("^[a-z0-9]+(?:_[a-z0-9]+)*_$")

func (d *document) checkPrefixes() error {
	const form = "must have lower-case letters, digits and underscores, and end in an underscore, by which it is found in messages and redacted"
	kinds := []string{"secret", "publishable", "session_secret", "webhook_secret"}
	for _, key := range d.APIKeys {
		if !slices.Contains(kinds, key.Kind) {
			return fmt.Errorf("x-api-keys: prefix %q has the kind %q, and the code knows %s: say in sdk/NAME/client.go and sdk/webhooks which keys may do what, and list the kind in internal/generate/contract/document.go", key.Prefix, key.Kind, strings.Join(kinds, ", "))
		}
		if !searchable.MatchString(key.Prefix) {
			return fmt.Errorf("x-api-keys: prefix %q %s", key.Prefix, form)
		}
	}
	if prefix := d.Gateway.SessionIDPrefix; !searchable.MatchString(prefix) {
		return fmt.Errorf("x-gateway: sessionIdPrefix %q %s", prefix, form)
	}
	return nil
}

// checkOthers rejects prefixes by which a credential could be that of another gateway.
func (d *document) checkOthers(others []*document) error {
	for _, other := range others {
		for _, theirs := range other.APIKeys {
			for _, key := range d.APIKeys {
				if strings.HasPrefix(key.Prefix, theirs.Prefix) || strings.HasPrefix(theirs.Prefix, key.Prefix) {
					return fmt.Errorf("x-api-keys: prefix %q begins like %q of %s, and a credential would be taken for the other gateway's: have internal/apikey tell them apart first", key.Prefix, theirs.Prefix, other.path())
				}
			}
		}
	}
	return nil
}

// checkCapabilities wants a word on every operation, and a reason for whatever a gateway does not
// simply do.
func (d *document) checkCapabilities() error {
	for _, operation := range []string{"purchase", "repeat", "authorize", "capture", "void", "refund", "retrieve"} {
		if !slices.ContainsFunc(d.Capabilities, func(c capability) bool { return c.Operation == operation }) {
			return fmt.Errorf("x-capabilities: %s is missing", operation)
		}
	}
	for _, c := range d.Capabilities {
		switch c.Support {
		case "supported":
		case "with_purchase", "upstream", "unsupported":
			if c.Reason == "" {
				return fmt.Errorf("x-capabilities: %s is %s without a reason", c.Operation, c.Support)
			}
		default:
			return fmt.Errorf("x-capabilities: %s has the unknown support %q", c.Operation, c.Support)
		}
	}
	return nil
}

// Name is how Go names begin that are the gateway's: "VisionScope".
func (d *document) Name() string { return goName(strings.ReplaceAll(d.Gateway.Name, " ", "_")) }

// operations are those that the gateway serves, by path and method.
func (d *document) operations() (list []operation) {
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			list = append(list, d.Paths[path][method])
		}
	}
	return list
}

// AssignedCodes are the catalog codes that the contract assigns to responses that carry none, by
// status.
func (d *document) AssignedCodes() map[string]string {
	codes := map[string]string{}
	for _, op := range d.operations() {
		for status, r := range op.Responses {
			if code := r.ErrorCode + d.response(r).ErrorCode; code != "" {
				codes[status] = code
			}
		}
	}
	return codes
}

func (d *document) response(r response) response {
	return d.Components.Responses[strings.TrimPrefix(r.Ref, "#/components/responses/")]
}

// Header is the canonical name of the response header that the contract describes as this
// component; empty when there is none.
func (d *document) Header(component string) string {
	for _, op := range d.operations() {
		for _, r := range op.Responses {
			for name, header := range r.Headers {
				if header.Ref == "#/components/headers/"+component {
					return http.CanonicalHeaderKey(name)
				}
			}
		}
	}
	return ""
}

// KeyHeader is the request header that carries the API key.
func (d *document) KeyHeader() string {
	for _, s := range d.Components.SecuritySchemes {
		if s.Type == "apiKey" {
			return http.CanonicalHeaderKey(s.Name)
		}
	}
	return "Authorization"
}

// KeyPrefix is what comes before the API key in its header.
func (d *document) KeyPrefix() string {
	if d.KeyHeader() == "Authorization" {
		return "Bearer "
	}
	return ""
}

// IdempotencyHeader is the request header that carries the idempotency key; empty when the gateway
// takes none.
func (d *document) IdempotencyHeader() string {
	return http.CanonicalHeaderKey(d.Components.Parameters["IdempotencyKey"].Name)
}

// IdempotencyKeyLength is how many characters an idempotency key may have; 0 when the gateway takes
// none.
func (d *document) IdempotencyKeyLength() int {
	if limit := d.Components.Parameters["IdempotencyKey"].Schema.MaxLength; limit != nil {
		return *limit
	}
	return 0
}

// IdempotencyKeyPattern is what an idempotency key matches; empty when the gateway takes none.
func (d *document) IdempotencyKeyPattern() string {
	return d.Components.Parameters["IdempotencyKey"].Schema.Pattern
}

// AdvisedSecretLength is the advice about the secret that a create call hands over; 0 when there is
// none.
func (d *document) AdvisedSecretLength() int {
	for _, r := range d.Requests() {
		for _, p := range r.Schema.Properties.values {
			if p.AdvisedMinLength > 0 {
				return p.AdvisedMinLength
			}
		}
	}
	return 0
}

// SessionLife is how many seconds a session lives when the create call does not say; 0 when that is
// not documented.
func (d *document) SessionLife() int {
	for _, r := range d.Requests() {
		if seconds, ok := r.Schema.Properties.values["expiresIn"].Default.(int); ok {
			return seconds
		}
	}
	return 0
}
