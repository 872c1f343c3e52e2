package journal

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/capture"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
)

// Record records a delivery.
func Record(r *http.Request, header http.Header, body []byte) capture.Request {
	recorded := capture.Request{Method: r.Method, URL: "http://" + r.Host + r.URL.RequestURI()}
	recorded.Headers = recordedHeaders(header)
	recorded.PostData.Text, recorded.PostData.Encoding = recordedBody(body)
	return recorded
}

// RecordResponse records what the gateway gets.
func RecordResponse(r endpoint.Response) (recorded capture.Response) {
	recorded.Status, recorded.Headers = r.Status, recordedHeaders(r.Header)
	recorded.Content.Text, recorded.Content.Encoding = recordedBody(r.Body)
	return recorded
}

// recordedBody is a body as it is recorded: one that is not valid UTF-8 as base64.
func recordedBody(body []byte) (text, encoding string) {
	if utf8.Valid(body) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}

// recordedHeaders are headers in the order of their names, without credentials.
func recordedHeaders(header http.Header) (all []capture.Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			if isWithheld(name) {
				value = withheldValue
			}
			all = append(all, capture.Header{Name: name, Value: value})
		}
	}
	return all
}

// isWithheld reports whether a header has a credential of the way and not of the delivery, by the
// words of its name: Authorization, Cookie, X-Api-Key, X-Auth-Token. Signatures of gateways are
// none.
func isWithheld(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "api-key") || slices.ContainsFunc(strings.Split(name, "-"), func(word string) bool {
		return slices.Contains(credentialWords, word)
	})
}

var credentialWords = []string{"apikey", "auth", "authentication", "authorization", "cookie", "credential", "credentials", "jwt", "password", "secret", "token"}

// withheldValue stands in a record for the value of such a header.
const withheldValue = "[withheld]"
