package control

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// An ErrorBody is the body of every response that is not a 2xx.
type ErrorBody struct {
	Error string `json:"error"`
}

// An Error is a call that the sandbox rejected. Nothing has changed in the sandbox.
type Error struct {
	Operation string // method and path below /_sandbox/, "POST clock"
	Status    int    // 400 for invalid parameters, 404 for an unknown call
	Message   string // the sandbox's own: what is wrong and what to do
}

func (e *Error) Error() string {
	return fmt.Sprintf("control: %s: %s (HTTP %d)", e.Operation, e.Message, e.Status)
}

// maxErrorBody bounds what is read of an error's body, in bytes.
const maxErrorBody = 64 << 10

// rejected reads a response that is not a 2xx.
func (c *Client) rejected(response *http.Response, operation string) error {
	// The status is enough when the body is truncated.
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxErrorBody))
	var body ErrorBody
	if json.Unmarshal(text, &body) != nil || body.Error == "" {
		body.Error = fmt.Sprintf("the response is not a sandbox's: is %s one, of this version?", c.base)
	}
	return &Error{Operation: operation, Status: response.StatusCode, Message: body.Error}
}
