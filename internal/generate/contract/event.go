package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A scheme is an entry of x-webhook-schemes: how the gateway signs and delivers events.
type scheme struct {
	TypeField       string            `yaml:"typeField"` // the field of an event that says which it is
	Aliases         map[string]string // another name that a field is sent under
	Replaces        map[string]string // the type that stands for an event of another scheme
	AlsoMeans       map[string]string `yaml:"alsoMeans"` // further types, and the event of that scheme that they stand for
	SignatureHeader string            `yaml:"signatureHeader"`
	TimestampHeader string            `yaml:"timestampHeader"`
	UserAgent       string            `yaml:"userAgent"`
	Past            int               `yaml:"pastSeconds"`
	Future          int               `yaml:"futureSeconds"`
	MaxSignatures   int               `yaml:"maxSignatures"`
	ReplyWithin     int               `yaml:"replyWithinSeconds"`
	RetryAfter      []int             `yaml:"retryAfterSeconds"`
}

// A namedScheme is a scheme with what its events look like.
type namedScheme struct {
	scheme
	Name   string   // how its Go names begin: "VoraV1"
	Label  string   // for people: "Vora, scheme v1"
	Fields []string // of its events, in the order of the documentation
	Types  []string // of its events
}

// NamedSchemes are the gateway's schemes, in the contract's order.
func (d *document) NamedSchemes() (list []namedScheme) {
	for _, key := range d.Schemes.keys {
		s := namedScheme{scheme: d.Schemes.values[key], Name: d.Name(), Label: d.Gateway.Name}
		if key != d.ID { // a gateway with one scheme calls it by its own name
			s.Name, s.Label = s.Name+goName(key), s.Label+", scheme "+key
		}
		for _, event := range d.events(key) {
			var fields []string
			for _, field := range event.Properties.keys {
				fields = append(fields, field)
				if alias, ok := s.Aliases[field]; ok {
					fields = append(fields, alias)
				}
			}
			s.Fields = merged(s.Fields, fields)
			s.Types = append(s.Types, d.typesOf(event, s.TypeField)...)
		}
		list = append(list, s)
	}
	return list
}

// Means is, for each type that stands for an event of the scheme before it, that event.
func (s namedScheme) Means() map[string]string {
	means := maps.Clone(s.AlsoMeans)
	if means == nil {
		means = map[string]string{}
	}
	for earlier, kind := range s.Replaces {
		means[kind] = earlier
	}
	return means
}

// checkEvents rejects events without a scheme, schemes without events, and types that would not
// arrive.
func (d *document) checkEvents() error {
	for _, op := range d.deliveries() {
		if _, ok := d.Schemes.values[op.WebhookScheme]; !ok {
			return fmt.Errorf("operation %s: x-webhook-scheme %q is not one of x-webhook-schemes", op.OperationID, op.WebhookScheme)
		}
	}
	schemes := d.NamedSchemes()
	for i, s := range schemes {
		key := d.Schemes.keys[i]
		if len(s.Types) == 0 {
			return fmt.Errorf("x-webhook-schemes: %s: no event has a type in its typeField %q", key, s.TypeField)
		}
		if len(s.Replaces) == 0 {
			continue
		}
		if i == 0 {
			return fmt.Errorf("x-webhook-schemes: %s: replaces events of a scheme that must come before it", key)
		}
		for _, earlier := range schemes[i-1].Types {
			if !slices.Contains(s.Types, s.Replaces[earlier]) {
				return fmt.Errorf("x-webhook-schemes: %s: replaces: %s has no type of this scheme: name the one that stands for it, and list that among the types", key, earlier)
			}
		}
		for kind, earlier := range s.AlsoMeans {
			if !slices.Contains(s.Types, kind) || !slices.Contains(schemes[i-1].Types, earlier) {
				return fmt.Errorf("x-webhook-schemes: %s: alsoMeans: %s or %s is not a type", key, kind, earlier)
			}
		}
	}
	if len(schemes) == 0 {
		return errors.New("x-webhook-schemes is missing")
	}
	return nil
}

// deliveries are the operations that the gateway sends: webhooks, then callbacks.
func (d *document) deliveries() (list []operation) {
	for _, name := range d.Webhooks.keys {
		list = append(list, slices.Collect(maps.Values(d.Webhooks.values[name]))...)
	}
	for _, op := range d.operations() {
		for _, name := range slices.Sorted(maps.Keys(op.Callbacks)) {
			for _, address := range op.Callbacks[name].keys {
				list = append(list, slices.Collect(maps.Values(op.Callbacks[name].values[address]))...)
			}
		}
	}
	return list
}

// events are the schemas of a scheme's events, each choice of a schema with several.
func (d *document) events(scheme string) (list []schema) {
	for _, op := range d.deliveries() {
		if op.WebhookScheme != scheme {
			continue
		}
		body := d.resolve(op.RequestBody.Content["application/json"].Schema)
		if len(body.OneOf) == 0 {
			list = append(list, body)
		}
		for _, choice := range body.OneOf {
			list = append(list, d.resolve(choice))
		}
	}
	return list
}

func (d *document) resolve(s schema) schema {
	if s.Ref == "" {
		return s
	}
	return d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
}

// typesOf are the types that an event's schema allows.
func (d *document) typesOf(event schema, field string) []string {
	property := d.resolve(event.Properties.values[field])
	if name, ok := property.Const.(string); ok {
		return []string{name}
	}
	return property.Enum
}

// merged is the union of two ordered lists: what is new comes behind what comes before it.
func merged(all, more []string) []string {
	at := 0
	for _, name := range more {
		if i := slices.Index(all, name); i >= 0 {
			at = i + 1
			continue
		}
		all = slices.Insert(all, at, name)
		at++
	}
	return all
}
