// Package api carries the contracts of both gateways as OpenAPI 3.1 documents.
package api

import "embed"

// Documents holds openapi-vora.yaml and openapi-visionscope.yaml.
//
//go:embed openapi-vora.yaml openapi-visionscope.yaml
var Documents embed.FS
