package conformance

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// maxBody is far more than any body that the contracts describe can need.
const maxBody = 4 << 20

var errTooLarge = errors.New("the body is larger than 4 MiB")

// Content is what a body held.
type Content struct {
	Text []byte
	Err  error // why that is not all of it
}

// Peek reads a body and returns one that reads the same again, up to the same end or error. It must
// be closed in place of the first.
func Peek(body io.ReadCloser) (Content, io.ReadCloser) {
	if body == nil || body == http.NoBody {
		return Content{}, body
	}
	text, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	rest := io.Reader(body)
	switch {
	case err != nil:
		rest = failing{err}
	case len(text) > maxBody:
		err = errTooLarge
	}
	return Content{text, err}, replay{io.MultiReader(bytes.NewReader(text), rest), body}
}

type replay struct {
	io.Reader
	io.Closer
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
