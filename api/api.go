// Package api carries the contract of every gateway as an OpenAPI 3.1 document.
package api

import "embed"

// Documents holds openapi-NAME.yaml for every gateway.
//
//go:embed openapi-*.yaml
var Documents embed.FS
