package main

import "go.yaml.in/yaml/v3"

// An ordered map remembers the order in which the contract lists its keys.
type ordered[T any] struct {
	keys   []string
	values map[string]T
}

// UnmarshalYAML reads a mapping.
func (o *ordered[T]) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if err := node.Decode(&o.values); err != nil {
		return err
	}
	o.keys = nil
	for i := 0; i+1 < len(node.Content); i += 2 {
		o.keys = append(o.keys, node.Content[i].Value)
	}
	return nil
}
