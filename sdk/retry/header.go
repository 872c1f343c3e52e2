package retry

import (
	"net/http"
	"slices"
)

// A keptHeader is a header as it was, without the cost of a map while no attempt is repeated.
type keptHeader []headerField

type headerField struct {
	name   string
	values []string
}

func keepHeader(header http.Header) keptHeader {
	kept := make(keptHeader, 0, len(header))
	for name, values := range header {
		kept = append(kept, headerField{name, slices.Clip(values)})
	}
	return kept
}

// header is a new one, because a transport may still be reading the last attempt's.
func (k keptHeader) header() http.Header {
	header := make(http.Header, len(k))
	for _, f := range k {
		header[f.name] = f.values
	}
	return header
}
