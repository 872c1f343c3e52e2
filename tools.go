//go:build tools

package hostedpay

// The tools that `go generate ./...` runs, pinned by go.mod like any other dependency.
import (
	_ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
)
