package agent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/agent"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
)

type number struct {
	N int `json:"n"`
}

// half is a tool that fails for odd numbers.
func half(_ context.Context, in number) (number, error) {
	if in.N%2 != 0 {
		return number{}, exit.With(exit.Unknown, errors.New("it is odd"))
	}
	return number{in.N / 2}, nil
}

const greeting = `{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
`

// served is what an agent gets that writes its lines and closes its side, by the ID of the call.
func served(t *testing.T, lines string) map[string]map[string]any {
	t.Helper()
	s := agent.New(&mcp.Implementation{Name: "test", Version: "1"}, "halve")
	agent.AddTool(s, &mcp.Tool{Name: "half"}, half)
	var out bytes.Buffer
	require.NoError(t, s.Serve(t.Context(), strings.NewReader(greeting+lines), &out))
	responses := map[string]map[string]any{}
	for decoder := json.NewDecoder(&out); ; {
		var response map[string]any
		err := decoder.Decode(&response)
		if errors.Is(err, io.EOF) {
			return responses
		}
		require.NoError(t, err)
		id, _ := response["id"].(string) // null for a line whose ID nobody knows
		responses[id] = response
	}
}

func call(id, tool, arguments string) string {
	return `{"jsonrpc":"2.0","id":"` + id + `","method":"tools/call","params":{"name":"` + tool + `","arguments":` + arguments + "}}\n"
}

// Every call gets its response, also when the agent has closed its side by then.
func TestEveryCallHasItsResponse(t *testing.T) {
	t.Parallel()
	responses := served(t, call("even", "half", `{"n":4}`)+call("odd", "half", `{"n":3}`)+strings.TrimSuffix(call("last", "half", `{"n":2}`), "\n"))
	require.Equal(t, "halve", responses["hello"]["result"].(map[string]any)["instructions"])
	for id, want := range map[string]float64{"even": 2, "last": 1} {
		result := responses[id]["result"].(map[string]any)
		require.Equal(t, map[string]any{"n": want}, result["structuredContent"], id)
	}
	odd := responses["odd"]["result"].(map[string]any)
	require.Equal(t, true, odd["isError"])
	require.JSONEq(t, `{"error":"it is odd","exitCode":20}`, odd["content"].([]any)[0].(map[string]any)["text"].(string))
}

// What is wrong with a call is said as the tools say it, and what to do.
func TestCallsThatAreWrong(t *testing.T) {
	t.Parallel()
	responses := served(t, call("typo", "haf", `{"n":4}`)+call("text", "half", `{"n":"four"}`))
	require.Contains(t, responses["typo"]["error"].(map[string]any)["message"], "did you mean half?; tools/list lists them")
	text := responses["text"]["result"].(map[string]any)["content"].([]any)[0].(map[string]any)["text"].(string)
	var failure exit.Failure
	require.NoError(t, json.Unmarshal([]byte(text), &failure))
	require.Equal(t, exit.Usage, failure.ExitCode)
	require.Contains(t, failure.Error, "wrong arguments: ")
	require.Contains(t, failure.Error, "Nothing was called")
}

// A line that is not a message gets an error, and the session goes on.
func TestLinesThatAreNoMessages(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"hello":       "the line is not JSON",
		"[]":          "the batch is empty",
		`{"id":1}`:    "not a message of JSON-RPC 2.0",
		`"\u0000" {}`: "the line is not JSON",
	} {
		responses := served(t, line+"\n\n"+call("after", "half", `{"n":4}`))
		require.Contains(t, responses[""]["error"].(map[string]any)["message"], want, line)
		require.Contains(t, responses["after"], "result", line)
	}
}
