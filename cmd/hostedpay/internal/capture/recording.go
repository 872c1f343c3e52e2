package capture

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// An Exchange is one request and its response, as an entry of a HAR has them.
type Exchange struct {
	Request  Request  `json:"request"`
	Response Response `json:"response"`
}

// A Request is that of an exchange.
type Request struct {
	Method   string   `json:"method"`
	URL      string   `json:"url"`
	Headers  []Header `json:"headers"`
	PostData struct {
		Text     string `json:"text"`
		Encoding string `json:"encoding,omitempty"` // "base64", or empty
	} `json:"postData"`
}

// A Response is that of an exchange.
type Response struct {
	Status  int      `json:"status"` // 0 when there was none
	Headers []Header `json:"headers"`
	Content struct {
		Text     string `json:"text"`
		Encoding string `json:"encoding"` // "base64", or empty
	} `json:"content"`
}

// A Header is one line of those of a request or a response.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Read reads a HAR, or entries of one that follow each other, such as one a line. The last of them
// may be truncated, by a process that was killed while it wrote.
func Read(r io.Reader) (all []Exchange, truncated bool, err error) {
	for decoder := json.NewDecoder(r); ; {
		var value struct {
			Log *struct {
				Entries []Exchange `json:"entries"`
			} `json:"log"`
			Exchange
		}
		err := decoder.Decode(&value)
		switch {
		case errors.Is(err, io.EOF) && len(all) == 0:
			return nil, false, errors.New("the recording is empty: it needs at least one request with its response")
		case errors.Is(err, io.EOF):
			return all, false, nil
		case errors.Is(err, io.ErrUnexpectedEOF) && len(all) == 0:
			return nil, false, errors.New("the recording is truncated, and has no entry that is whole: record it again")
		case errors.Is(err, io.ErrUnexpectedEOF):
			return all, true, nil
		case err != nil:
			return nil, false, fmt.Errorf("the recording is not a HAR, nor entries of one, one a line: entry %d: %w", len(all)+1, err)
		case value.Log != nil:
			all = append(all, value.Log.Entries...)
		case value.Request.URL == "":
			return nil, false, fmt.Errorf("the recording is not a HAR, nor entries of one, one a line: entry %d has no request with a url", len(all)+1)
		default:
			all = append(all, value.Exchange)
		}
	}
}

// HeaderOf leaves out how a body was packed: a recording has it unpacked.
func HeaderOf(recorded []Header) http.Header {
	header := http.Header{}
	for _, h := range recorded {
		if !strings.HasPrefix(h.Name, ":") {
			header.Add(h.Name, h.Value)
		}
	}
	header.Del("Content-Encoding")
	header.Del("Content-Length")
	return header
}

// Body is the body as it was, of a response.
func (r Response) Body() ([]byte, error) { return decoded(r.Content.Text, r.Content.Encoding) }

// Body is the body as it was, of a request.
func (r Request) Body() ([]byte, error) { return decoded(r.PostData.Text, r.PostData.Encoding) }

func decoded(text, encoding string) ([]byte, error) {
	if encoding == "base64" {
		return base64.StdEncoding.DecodeString(text)
	}
	return []byte(text), nil
}
