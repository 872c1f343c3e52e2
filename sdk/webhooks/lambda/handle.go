package lambda

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// A Request is a delivery as API gateways hand it to a function: a JSON object with the body as a
// string, often in base64.
type Request struct {
	HTTPMethod        string              `json:"httpMethod"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Body              string              `json:"body"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`

	// The URL, of version 1.0 and of 2.0.
	Path                  string              `json:"path"`
	QueryParameters       map[string]string   `json:"queryStringParameters"`
	MultiValueQueryParams map[string][]string `json:"multiValueQueryStringParameters"`
	RawPath               string              `json:"rawPath"`
	RawQuery              string              `json:"rawQueryString"`

	RequestContext struct {
		HTTPMethod string `json:"httpMethod"` // of version 1.0, where HTTPMethod may be missing
		HTTP       struct {
			Method string `json:"method"` // of version 2.0, where HTTPMethod is not set
		} `json:"http"`
	} `json:"requestContext"`
}

// A Response is the response in the form that API gateways want.
type Response struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// Handle makes a function handler of an HTTP handler, usually a [webhooks.Handler]. The function's
// error is always nil: what goes wrong is in the response, which the gateway has to get.
//
// [webhooks.Handler]: https://pkg.go.dev/github.com/hostedpay/hostedpay-go/sdk/webhooks#Handler
func Handle(handler http.Handler) func(context.Context, Request) (Response, error) {
	return func(ctx context.Context, event Request) (Response, error) {
		w := &responseWriter{header: http.Header{}, status: http.StatusOK}
		if request, err := event.request(ctx); err != nil {
			w.badRequest()
		} else {
			handler.ServeHTTP(w, request)
		}
		response := Response{StatusCode: w.status, Headers: map[string]string{}, Body: w.body.String()}
		for name := range w.header {
			response.Headers[name] = w.header.Get(name)
		}
		return response, nil
	}
}

func (e *Request) request(ctx context.Context) (*http.Request, error) {
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.URL = e.url()
	r.Method = strings.ToUpper(cmp.Or(e.HTTPMethod, e.RequestContext.HTTP.Method, e.RequestContext.HTTPMethod))
	for name, values := range e.MultiValueHeaders {
		for _, value := range values {
			r.Header.Add(name, value)
		}
	}
	// Headers has the last values only, and may have names that MultiValueHeaders does not.
	complete := r.Header.Clone()
	for name, value := range e.Headers {
		if complete.Values(name) == nil {
			r.Header.Add(name, value)
		}
	}
	return r, nil
}

// url is the path and the query that the delivery was sent to. REST APIs and function URLs hand the
// path over as it was sent, HTTP APIs without its escapes.
func (e *Request) url() *url.URL {
	query := url.Values(maps.Clone(e.MultiValueQueryParams))
	for name, value := range e.QueryParameters {
		if query == nil {
			query = url.Values{}
		}
		if !query.Has(name) {
			query.Set(name, value)
		}
	}
	u := &url.URL{Path: cmp.Or(e.RawPath, e.Path, "/"), RawQuery: cmp.Or(e.RawQuery, query.Encode())}
	if plain, err := url.PathUnescape(u.Path); err == nil {
		u.Path, u.RawPath = plain, u.Path
	}
	return u
}

// A responseWriter keeps what a handler writes.
type responseWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *responseWriter) Header() http.Header               { return w.header }
func (w *responseWriter) WriteHeader(status int)            { w.status = status }
func (w *responseWriter) Write(content []byte) (int, error) { return w.body.Write(content) }

// badRequest is the response to a body that is not the base64 that it is declared to be.
func (w *responseWriter) badRequest() {
	w.header.Set("Content-Type", "application/json")
	w.header.Set("Cache-Control", "no-store")
	w.status = http.StatusBadRequest
	w.body.WriteString(`{"error":"the body is not valid base64"}` + "\n")
}
