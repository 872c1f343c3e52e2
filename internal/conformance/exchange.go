package conformance

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

// An Exchange is a request and its response, held against one operation.
type Exchange struct {
	Name      string // for people: "POST /v1/sessions"
	operation *operation
	input     openapi3filter.RequestValidationInput
	body      Content
	codes     []string // of the contract
}

func (c *Contract) exchange(name string, o *operation, params map[string]string, request *http.Request, body Content) *Exchange {
	own := request.Clone(request.Context()) // the validator reads its body and may change it
	own.Body, own.GetBody, own.ContentLength = http.NoBody, nil, int64(len(body.Text))
	if len(body.Text) > 0 {
		own.Body = io.NopCloser(bytes.NewReader(body.Text))
	}
	options := &openapi3filter.Options{
		MultiError:                        true,
		SkipSettingDefaults:               true,
		RejectWhenRequestBodyNotSpecified: true,
		AuthenticationFunc:                hasCredential,
	}
	return &Exchange{
		Name: name, operation: o, body: body, codes: c.codes,
		input: openapi3filter.RequestValidationInput{Request: own, PathParams: params, Route: &o.Route, Options: options},
	}
}

// RequestProblems returns everything in the request that the operation does not allow, a line for
// each, without secrets.
func (x *Exchange) RequestProblems() []string { return x.masked(x.requestProblems()) }

func (x *Exchange) requestProblems() []string {
	switch {
	case errors.Is(x.body.Err, errTooLarge):
		return []string{x.body.Err.Error()}
	case x.body.Err != nil:
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

// ResponseProblems returns everything in a response that the operation does not document, a line
// for each, without secrets.
func (x *Exchange) ResponseProblems(status int, header http.Header, body Content) []string {
	return x.masked(x.responseProblems(status, header, body))
}

func (x *Exchange) responseProblems(status int, header http.Header, body Content) []string {
	responses := x.operation.Operation.Responses
	if responses.Status(status) == nil && responses.Default() == nil {
		return []string{"the status is not documented"} // the validator lets redirects pass
	}
	options := *x.input.Options
	options.ExcludeResponseBody = body.Err != nil
	response := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &x.input, Status: status, Header: header, Options: &options,
	}
	problems := list(openapi3filter.ValidateResponse(x.input.Request.Context(), response.SetBodyBytes(body.Text)))
	switch {
	case errors.Is(body.Err, errTooLarge):
		return append(problems, body.Err.Error())
	case body.Err != nil:
		return problems
	}
	return append(problems, body.trailing(header)...)
}

// trailing finds what comes after a JSON value; the validator reads no further than its end.
func (c Content) trailing(header http.Header) []string {
	if kind, _, err := mime.ParseMediaType(header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(c.Text))
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
