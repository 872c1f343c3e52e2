package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// News returns what a response has that its schema allows and no document names: a header that is
// neither documented nor of HTTP and the servers on the way, and an error code that is not in the
// catalog. A change of the API shows there first.
func (x *Exchange) News(status int, header http.Header, body Content) []string {
	var news []string
	if response := x.operation.Operation.Responses.Status(status); response != nil {
		for _, name := range unknownHeaders(header, response.Value.Headers) {
			news = append(news, fmt.Sprintf("header %q is not documented", name))
		}
	}
	var rejection struct{ Code *string }
	if status < http.StatusBadRequest || json.Unmarshal(body.Text, &rejection) != nil || rejection.Code == nil {
		return x.masked(news)
	}
	if codes := x.codes; len(codes) > 0 && !slices.Contains(codes, *rejection.Code) {
		news = append(news, fmt.Sprintf("at '/code': the error catalog has no %q", *rejection.Code))
	}
	return x.masked(news)
}

// NewHeaders returns what a delivery's headers have that neither the contract nor HTTP names.
func (x *Exchange) NewHeaders() []string {
	var news []string
	for _, name := range unknownHeaders(x.input.Request.Header, nil) {
		if !x.operation.hasHeader(name) {
			news = append(news, fmt.Sprintf("header %q is not documented", name))
		}
	}
	return news
}

func (o *operation) hasHeader(name string) bool {
	return slices.ContainsFunc(o.Operation.Parameters, func(p *openapi3.ParameterRef) bool {
		return p.Value.In == openapi3.ParameterInHeader && strings.EqualFold(p.Value.Name, name)
	})
}

// unknownHeaders are the names, sorted, that are neither documented nor of the way.
func unknownHeaders(header http.Header, documented openapi3.Headers) []string {
	var unknown []string
	for name := range header {
		named := func(other string) bool { return strings.EqualFold(name, other) }
		known := slices.ContainsFunc(ofHTTP, named)
		for other := range documented {
			known = known || named(other)
		}
		for _, prefix := range ofTheWay {
			known = known || strings.HasPrefix(strings.ToLower(name), prefix)
		}
		if !known {
			unknown = append(unknown, textproto.CanonicalMIMEHeaderKey(name))
		}
	}
	slices.Sort(unknown)
	return unknown
}

// ofHTTP are the fields of HTTP itself, of browsers' policies and of tracing, which say nothing
// about a gateway's API.
var ofHTTP = []string{
	"Accept", "Accept-Encoding", "Accept-Language", "Accept-Ranges", "Age", "Allow", "Alt-Svc", "Authorization",
	"Cache-Control", "Connection", "Content-Encoding", "Content-Language", "Content-Length",
	"Content-Security-Policy", "Content-Type", "Cookie", "Cross-Origin-Opener-Policy",
	"Cross-Origin-Resource-Policy", "Date", "ETag", "Expires", "Forwarded", "Host", "Keep-Alive",
	"Last-Modified", "Location", "NEL", "Origin-Agent-Cluster", "Permissions-Policy", "Pragma",
	"Referrer-Policy", "Report-To", "Reporting-Endpoints", "Server", "Server-Timing", "Set-Cookie",
	"Strict-Transport-Security", "Traceparent", "Tracestate", "Trailer", "Transfer-Encoding", "User-Agent",
	"Vary", "Via", "WWW-Authenticate", "X-Cache", "X-Content-Type-Options", "X-DNS-Prefetch-Control",
	"X-Download-Options", "X-Frame-Options", "X-Permitted-Cross-Domain-Policies", "X-Powered-By",
	"X-Real-IP", "X-Request-Id", "X-XSS-Protection",
}

// ofTheWay are the beginnings of names that proxies, tunnels and content networks add. The pseudo
// headers of HTTP/2, which recordings contain, begin with a colon.
var ofTheWay = []string{":", "access-control-", "cf-", "x-amz-", "x-amzn-", "x-cache-", "x-forwarded-", "x-served-", "x-vercel-", "fly-"}

// codesOf reads the codes of x-error-catalog.
func codesOf(spec *openapi3.T) []string {
	catalog, _ := spec.Extensions["x-error-catalog"].(map[string]any)
	entries, _ := catalog["codes"].([]any)
	var codes []string
	for _, entry := range entries {
		if fields, ok := entry.(map[string]any); ok {
			if code, ok := fields["code"].(string); ok {
				codes = append(codes, code)
			}
		}
	}
	return codes
}
