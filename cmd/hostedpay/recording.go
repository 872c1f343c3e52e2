package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// A recorded is one request and its response, as an entry of a HAR has them.
type recorded struct {
	Request  recordedRequest  `json:"request"`
	Response recordedResponse `json:"response"`
}

type recordedRequest struct {
	Method   string           `json:"method"`
	URL      string           `json:"url"`
	Headers  []recordedHeader `json:"headers"`
	PostData struct {
		Text     string `json:"text"`
		Encoding string `json:"encoding,omitempty"` // "base64", or empty
	} `json:"postData"`
}

type recordedResponse struct {
	Status  int              `json:"status"` // 0 when there was none
	Headers []recordedHeader `json:"headers"`
	Content struct {
		Text     string `json:"text"`
		Encoding string `json:"encoding"` // "base64", or empty
	} `json:"content"`
}

type recordedHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// readRecording reads a HAR, or entries of one that follow each other, such as one a line. The last
// of them may be truncated, by a process that was killed while it wrote.
func readRecording(r io.Reader) (all []recorded, truncated bool, err error) {
	for decoder := json.NewDecoder(r); ; {
		var value struct {
			Log *struct {
				Entries []recorded `json:"entries"`
			} `json:"log"`
			recorded
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
			all = append(all, value.recorded)
		}
	}
}

// headersOf leaves out how a body was packed: a recording has it unpacked.
func headersOf(recorded []recordedHeader) http.Header {
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

func (r recordedResponse) body() ([]byte, error) { return decoded(r.Content.Text, r.Content.Encoding) }

func (r recordedRequest) body() ([]byte, error) { return decoded(r.PostData.Text, r.PostData.Encoding) }

func decoded(text, encoding string) ([]byte, error) {
	if encoding == "base64" {
		return base64.StdEncoding.DecodeString(text)
	}
	return []byte(text), nil
}
