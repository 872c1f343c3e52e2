package contracttest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// An exchange is a request and its response, held against one operation.
type exchange struct {
	name      string // for people: "POST /v1/sessions"
	operation *operation
	input     openapi3filter.RequestValidationInput
	body      content
}

func newExchange(name string, o *operation, params map[string]string, request *http.Request, body content) *exchange {
	own := request.Clone(request.Context()) // the validator reads its body and may change it
	own.Body, own.GetBody, own.ContentLength = http.NoBody, nil, int64(len(body.text))
	if len(body.text) > 0 {
		own.Body = io.NopCloser(bytes.NewReader(body.text))
	}
	options := &openapi3filter.Options{
		MultiError:                        true,
		SkipSettingDefaults:               true,
		RejectWhenRequestBodyNotSpecified: true,
		AuthenticationFunc:                hasCredential,
	}
	return &exchange{
		name: name, operation: o, body: body,
		input: openapi3filter.RequestValidationInput{Request: own, PathParams: params, Route: &o.Route, Options: options},
	}
}

// requestProblems is everything in the request that the operation does not allow.
func (x *exchange) requestProblems() []string {
	switch {
	case errors.Is(x.body.err, errTooLarge):
		return []string{x.body.err.Error()}
	case x.body.err != nil:
		return nil // it was truncated, so there is no request
	}
	request, parameters := x.input.Request, x.operation.Operation.Parameters
	problems := list(openapi3filter.ValidateRequest(request.Context(), &x.input))
	if x.operation.isCall() { // the query of a delivery's address is the merchant's own
		for name := range request.URL.Query() {
			if parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
				problems = append(problems, fmt.Sprintf("query parameter %q is not documented", name))
			}
		}
	}
	for _, parameter := range parameters {
		if p := parameter.Value; p.In == openapi3.ParameterInHeader && len(request.Header.Values(p.Name)) > 1 {
			problems = append(problems, fmt.Sprintf("header %q comes more than once", p.Name))
		}
	}
	return append(problems, x.body.trailing(request.Header)...)
}

// responseProblems is everything in a response that the operation does not document.
func (x *exchange) responseProblems(status int, header http.Header, body content) []string {
	responses := x.operation.Operation.Responses
	if responses.Status(status) == nil && responses.Default() == nil {
		return []string{"the status is not documented"} // the validator lets redirects pass
	}
	options := *x.input.Options
	options.ExcludeResponseBody = body.err != nil
	response := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &x.input, Status: status, Header: header, Options: &options,
	}
	problems := list(openapi3filter.ValidateResponse(x.input.Request.Context(), response.SetBodyBytes(body.text)))
	switch {
	case errors.Is(body.err, errTooLarge):
		return append(problems, body.err.Error())
	case body.err != nil:
		return problems
	}
	return append(problems, body.trailing(header)...)
}

// trailing finds what comes after a JSON value; the validator reads no further than its end.
func (c content) trailing(header http.Header) []string {
	if kind, _, err := mime.ParseMediaType(header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(c.text))
	if err := decoder.Decode(new(json.RawMessage)); err != nil {
		return nil // the validator has said so
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return []string{"the body goes on after its JSON value"}
	}
	return nil
}

// hasCredential looks whether a credential is there at all.
func hasCredential(_ context.Context, input *openapi3filter.AuthenticationInput) error {
	header, scheme := input.RequestValidationInput.Request.Header, input.SecurityScheme
	switch {
	case scheme.Type == "http" && scheme.Scheme == "bearer":
		if credential(header, "Authorization") == "" {
			return errors.New("there is no bearer token in Authorization")
		}
		return nil
	case scheme.Type == "apiKey" && scheme.In == openapi3.ParameterInHeader:
		if credential(header, scheme.Name) == "" {
			return fmt.Errorf("there is no %s", scheme.Name)
		}
		return nil
	}
	return fmt.Errorf("the security scheme %s is of a kind that is not checked here", input.SecuritySchemeName)
}
