package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/internal/redact"
)

// explainCalls makes of what the protocol's library says about wrong calls an error as the tools
// have them: JSON, with what to do.
func explainCalls(tools []string) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, request mcp.Request) (mcp.Result, error) {
			result, err := next(ctx, method, request)
			call, ok := request.(*mcp.CallToolRequest)
			if !ok {
				return result, err
			}
			var wire *jsonrpc.Error
			if errors.As(err, &wire) && wire.Code == jsonrpc.CodeInvalidParams && !slices.Contains(tools, call.Params.Name) {
				return result, &jsonrpc.Error{Code: wire.Code, Message: fmt.Sprintf("%v; tools/list lists them", nearest.Unknown("tool", call.Params.Name, tools))}
			}
			if failed, ok := result.(*mcp.CallToolResult); ok && failed.IsError {
				explainArguments(failed)
			}
			return result, err
		}
	}
}

// schemaWords leaves out of the library's words where it is in the schema.
var schemaWords = strings.NewReplacer(`validating "arguments": `, "", "validating root: ", "", "validating /properties/", "", "unmarshaling arguments: ", "", ": type: ", ": ", ": enum: ", ": ", " into Go value of type map[string]interface {}", ": they are an object")

// explainArguments is about arguments that the tool's schema does not allow.
func explainArguments(failed *mcp.CallToolResult) {
	if len(failed.Content) == 0 {
		return
	}
	text, ok := failed.Content[0].(*mcp.TextContent)
	if !ok || json.Valid([]byte(text.Text)) {
		return
	}
	view, err := json.Marshal(exit.Failure{
		Error:    "wrong arguments: " + redact.New().Line(schemaWords.Replace(text.Text)) + ". Nothing was called; tools/list has the tool's inputSchema",
		ExitCode: exit.Usage,
	})
	if err == nil {
		text.Text = string(view)
	}
}
