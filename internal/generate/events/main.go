// Command events prints a contract in which everything that the gateway sends to webhooks and
// callbacks is a response instead:
//
//	go run ./internal/generate/events api/openapi-vora.yaml
//
// A tool that compares contracts takes events for requests, so that it calls a field harmless that
// is not sent any longer, and it may not look into callbacks at all. As responses it judges them in
// the direction in which they go. `.ci/api` compares these.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"go.yaml.in/yaml/v3"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/generate/events CONTRACT")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "generate events:", err)
		os.Exit(1)
	}
}

func run(file string, out io.Writer) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var d document
	if err := yaml.Unmarshal(text, &d); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	events := map[string]any{}
	for name, operations := range d.Webhooks {
		d.add(events, name, operations)
	}
	for _, operations := range d.Paths {
		for _, operation := range operations {
			for name, callback := range operation.Callbacks {
				for _, sent := range callback {
					d.add(events, name, sent)
				}
			}
		}
	}
	if len(events) == 0 {
		return errors.New(file + ": the gateway sends nothing")
	}
	return yaml.NewEncoder(out).Encode(map[string]any{
		"openapi": "3.1.0", "info": d.Info, "paths": events, "components": map[string]any{"schemas": d.Components.Schemas},
	})
}

// document is the part of a contract that says what is sent.
type document struct {
	Info       any                             `yaml:"info"`
	Paths      map[string]map[string]operation `yaml:"paths"`
	Webhooks   map[string]map[string]operation `yaml:"webhooks"`
	Components struct {
		Schemas map[string]any `yaml:"schemas"`
	} `yaml:"components"`
}

type operation struct {
	RequestBody struct {
		Content map[string]struct {
			Schema map[string]any `yaml:"schema"`
		} `yaml:"content"`
	} `yaml:"requestBody"`
	Callbacks map[string]map[string]map[string]operation `yaml:"callbacks"`
}

// add puts an event's bodies into the paths, each of several bodies at a path of its own.
func (d document) add(paths map[string]any, name string, operations map[string]operation) {
	for _, sent := range operations {
		for media, body := range sent.RequestBody.Content {
			for _, schema := range d.alternatives(body.Schema) {
				paths["/"+path.Join(name, refName(schema))] = map[string]any{"get": map[string]any{"responses": map[string]any{
					"200": map[string]any{"description": "Sent.", "content": map[string]any{media: map[string]any{"schema": schema}}},
				}}}
			}
		}
	}
}

// alternatives are the schemas that a schema chooses among, or the schema alone.
func (d document) alternatives(schema map[string]any) []map[string]any {
	whole := schema
	if named, ok := d.Components.Schemas[refName(schema)].(map[string]any); ok {
		whole = named
	}
	var found []map[string]any
	for _, keyword := range []string{"oneOf", "anyOf"} {
		branches, _ := whole[keyword].([]any)
		for _, branch := range branches {
			if branch, ok := branch.(map[string]any); ok {
				found = append(found, branch)
			}
		}
	}
	if len(found) == 0 {
		return []map[string]any{schema}
	}
	return found
}

// refName is the name of the schema that is referred to; empty when the schema stands here.
func refName(schema map[string]any) string {
	ref, ok := schema["$ref"].(string)
	if !ok {
		return ""
	}
	return path.Base(ref)
}
