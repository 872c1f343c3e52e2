package webhooks

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"strings"
)

// A ProxyRequest is a delivery as API gateways hand it to a function: a JSON object with the body as a text, often in
// base64. It reads the events of AWS API Gateway (REST and HTTP APIs), Lambda function URLs, and what imitates them.
type ProxyRequest struct {
	HTTPMethod        string              `json:"httpMethod"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Body              string              `json:"body"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`

	RequestContext struct {
		HTTP struct {
			Method string `json:"method"` // of version 2.0, where HTTPMethod is not set
		} `json:"http"`
	} `json:"requestContext"`
}

// A ProxyResponse is the answer in the form that API gateways want.
type ProxyResponse struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// ServeProxy receives one delivery from an API gateway. It has the form of a function handler, so that
// lambda.Start(handler.ServeProxy) is a whole receiver. The error is always nil: what goes wrong is in the answer, which
// the gateway has to hear.
//
// Give the handler a durable store: functions come and go, and their memory with them.
func (h *Handler) ServeProxy(ctx context.Context, event ProxyRequest) (ProxyResponse, error) {
	w := &proxyWriter{header: http.Header{}, status: http.StatusOK}
	if request, err := event.request(ctx); err != nil {
		h.answer(w, refuse(http.StatusBadRequest, "the body is not the base64 that it is said to be", ""))
	} else {
		h.ServeHTTP(w, request)
	}
	response := ProxyResponse{StatusCode: w.status, Headers: map[string]string{}, Body: w.body.String()}
	for name := range w.header {
		response.Headers[name] = w.header.Get(name)
	}
	return response, nil
}

func (e *ProxyRequest) request(ctx context.Context) (*http.Request, error) {
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
	r.Method = strings.ToUpper(e.HTTPMethod + e.RequestContext.HTTP.Method)
	for name, values := range e.MultiValueHeaders {
		for _, value := range values {
			r.Header.Add(name, value)
		}
	}
	if len(e.MultiValueHeaders) == 0 { // of which Headers has the last values only
		for name, value := range e.Headers {
			r.Header.Add(name, value)
		}
	}
	return r, nil
}

// A proxyWriter keeps what a handler writes.
type proxyWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *proxyWriter) Header() http.Header               { return w.header }
func (w *proxyWriter) WriteHeader(status int)            { w.status = status }
func (w *proxyWriter) Write(content []byte) (int, error) { return w.body.Write(content) }
