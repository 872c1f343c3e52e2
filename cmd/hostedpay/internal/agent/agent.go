// Package agent serves tools to a program that speaks the Model Context Protocol over its standard
// input and output. It knows nothing of what the tools do: their errors are the JSON that verbs
// print under --json, and a line that is not a message ends no session.
package agent

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
)

// A Server has tools for an agent.
type Server struct {
	server *mcp.Server
	tools  []string // their names
}

// New makes a server without tools. The instructions are what every agent has to know before it
// calls one.
func New(is *mcp.Implementation, instructions string) *Server {
	return &Server{server: mcp.NewServer(is, &mcp.ServerOptions{Instructions: instructions, Capabilities: &mcp.ServerCapabilities{}})}
}

// AddTool adds a tool. An error of it is a result for the agent.
func AddTool[In, Out any](s *Server, t *mcp.Tool, do func(context.Context, In) (Out, error)) {
	s.tools = append(s.tools, t.Name)
	mcp.AddTool(s.server, t, func(ctx context.Context, _ *mcp.CallToolRequest, in In) (*mcp.CallToolResult, Out, error) {
		out, err := do(ctx, in)
		return nil, out, toolError(ctx, err)
	})
}

func toolError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	view, broken := json.Marshal(exit.View(err, exit.Code(ctx, err)))
	if broken != nil {
		return err
	}
	return errors.New(string(view))
}

// Serve speaks the protocol until the agent ends its side and every call has got its response.
func (s *Server) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	s.server.AddReceivingMiddleware(explainCalls(s.tools))
	between := newLines(ctx, in, out)
	err := s.server.Run(ctx, &mcp.IOTransport{Reader: between, Writer: between})
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
