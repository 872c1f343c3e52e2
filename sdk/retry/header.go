package retry

import (
	"net/http"
	"slices"
)

// A keptHeader is a header as it was, without the cost of a map while no attempt is repeated.
type keptHeader struct {
	fields []headerField
	array  [12]headerField // what fields begins in
}

type headerField struct {
	name   string
	values []string
}

func (k *keptHeader) keep(header http.Header) {
	k.fields = k.array[:0]
	for name, values := range header {
		k.fields = append(k.fields, headerField{name, slices.Clip(values)})
	}
}

// header is a new one, because a transport may still be reading the last attempt's.
func (k *keptHeader) header() http.Header {
	header := make(http.Header, len(k.fields))
	for _, f := range k.fields {
		header[f.name] = f.values
	}
	return header
}
