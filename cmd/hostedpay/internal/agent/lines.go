package agent

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// finishWithin is how long a call may take that is running when the agent ends its side.
const finishWithin = time.Minute

// lines stands between the agent and the server's protocol, line by line. A line that is not a
// message gets an error as its response, where the protocol's library would end the session; and
// the end of the input is passed on only when every call has got its response, so that an agent
// that writes its calls and closes its side loses none.
type lines struct {
	ctx    context.Context
	in     *bufio.Reader
	unread []byte

	mu      sync.Mutex
	out     io.Writer
	running map[string]bool // IDs of calls without a response
	idle    chan struct{}   // gets a value whenever no call is running any more
}

func newLines(ctx context.Context, in io.Reader, out io.Writer) *lines {
	return &lines{ctx: ctx, in: bufio.NewReader(in), out: out, running: map[string]bool{}, idle: make(chan struct{}, 1)}
}

// Read returns the next messages.
func (l *lines) Read(into []byte) (int, error) {
	for len(l.unread) == 0 {
		line, err := l.line()
		if len(bytes.TrimSpace(line)) > 0 {
			if problem := l.begin(line); problem != nil {
				if err := l.reject(problem); err != nil {
					return 0, err
				}
			} else {
				l.unread = append(bytes.TrimSpace(line), '\n')
			}
		}
		if err != nil && len(l.unread) == 0 {
			l.finish()
			return 0, err
		}
	}
	n := copy(into, l.unread)
	l.unread = l.unread[n:]
	return n, nil
}

// line reads a line, which may be the last one without its end. One that is too long is cut, and is
// malformed then.
func (l *lines) line() (line []byte, err error) {
	for {
		part, err := l.in.ReadSlice('\n')
		if len(line) <= mcp.DefaultMaxLineLength {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// begin notes the calls of a line, or says what is wrong with it.
func (l *lines) begin(line []byte) *jsonrpc.Error {
	if len(line) > mcp.DefaultMaxLineLength {
		return &jsonrpc.Error{Code: jsonrpc.CodeParseError, Message: fmt.Sprintf("a line has more than %d MiB", mcp.DefaultMaxLineLength>>20)}
	}
	if !json.Valid(line) {
		return &jsonrpc.Error{Code: jsonrpc.CodeParseError, Message: "the line is not JSON: each line is one message of the Model Context Protocol (JSON-RPC 2.0), as an agent's program writes it; see hostedpay mcp --help"}
	}
	messages := messagesOf(line)
	if len(messages) == 0 {
		return &jsonrpc.Error{Code: jsonrpc.CodeInvalidRequest, Message: "the batch is empty"}
	}
	var calls []string
	for _, message := range messages {
		decoded, err := jsonrpc.DecodeMessage(message)
		if err != nil {
			return &jsonrpc.Error{Code: jsonrpc.CodeInvalidRequest, Message: `the line is not a message of JSON-RPC 2.0, such as {"jsonrpc":"2.0","id":1,"method":"tools/list"}; see hostedpay mcp --help`}
		}
		if request, ok := decoded.(*jsonrpc.Request); ok && request.IsCall() {
			calls = append(calls, idOf(request.ID))
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range calls {
		l.running[id] = true
	}
	return nil
}

// messagesOf are those of a batch, or the one message of a line that is JSON.
func messagesOf(line []byte) (messages []json.RawMessage) {
	if !bytes.HasPrefix(bytes.TrimSpace(line), []byte("[")) {
		return []json.RawMessage{line}
	}
	_ = json.Unmarshal(line, &messages) // it is an array of JSON
	return messages
}

func idOf(id jsonrpc.ID) string { return fmt.Sprintf("%#v", id.Raw()) }

// reject writes the response to a line whose ID nobody knows.
func (l *lines) reject(problem *jsonrpc.Error) error {
	response, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": nil, "error": problem})
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err = l.out.Write(append(response, '\n'))
	return err
}

// Write passes whole messages on, as the library writes them.
func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, err := l.out.Write(line)
	for _, message := range messagesOf(line) {
		if decoded, err := jsonrpc.DecodeMessage(message); err == nil {
			if response, ok := decoded.(*jsonrpc.Response); ok {
				delete(l.running, idOf(response.ID))
			}
		}
	}
	if len(l.running) == 0 {
		select {
		case l.idle <- struct{}{}:
		default:
		}
	}
	return n, err
}

// finish waits until every call has got its response, or nobody may wait any longer.
func (l *lines) finish() {
	limit := time.NewTimer(finishWithin)
	defer limit.Stop()
	for {
		l.mu.Lock()
		running := len(l.running)
		l.mu.Unlock()
		if running == 0 {
			return
		}
		select {
		case <-l.idle:
		case <-limit.C:
			return
		case <-l.ctx.Done():
			return
		}
	}
}

// Close leaves standard input and output to the process.
func (l *lines) Close() error { return nil }
