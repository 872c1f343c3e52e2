package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/fastjson"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// decodeInto decodes a result. encoding/json leaves a field that it cannot read empty and goes on
// with the others: fieldError is about the first of them, and the body judges whether what is left
// is complete.
func decodeInto(out Body, status int, body []byte) (complete bool, fieldError error) {
	err := fastjson.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), out)
	return len(body) > 0 && !isMalformed(err) && out.Complete(status), err
}

// decodeAround is decodeInto for a result that cannot be asked for again: whatever stands around
// the JSON, such as a warning of a proxy or a NUL, does not lose it.
func decodeAround(out Body, status int, body []byte) (complete bool, fieldError error) {
	const maxTries = 8
	for range maxTries {
		start := bytes.IndexByte(body, '{')
		if start < 0 {
			break
		}
		body = body[start:]
		var value json.RawMessage
		if json.NewDecoder(bytes.NewReader(body)).Decode(&value) == nil {
			return decodeInto(out, status, value)
		}
		body = body[1:]
	}
	return false, nil
}

// unreadable says why a 2xx is not a result. A wrong content type explains a response that cannot
// be read; it does not make one of a response that can.
func (x *exchange) unreadable() string {
	kind := mediaType(x.result.Header)
	switch {
	case kind != "" && !isJSON(kind):
		return fmt.Sprintf("the response is %s instead of JSON: is there a proxy in between, or is the base URL wrong?", x.sanitize(kind))
	case len(x.result.Body) == 0:
		return "the response is empty"
	case !json.Valid(x.result.Body):
		return "the response is not valid JSON"
	}
	return "the response lacks a required field"
}

func isMalformed(err error) bool {
	if err == nil {
		return false
	}
	var malformed *json.SyntaxError
	return errors.As(err, &malformed)
}

func (x *exchange) response(notice *sdk.Notice, fieldError error) sdk.Response {
	header := x.result.Header
	served, latest := x.versions()
	var date time.Time
	if value := first(header["Date"]); value != "" {
		date, _ = http.ParseTime(value)
	}
	return sdk.Response{
		Status:         x.result.Status,
		Date:           date,
		RequestID:      x.result.Attempts[len(x.result.Attempts)-1].RequestID,
		Version:        served,
		LatestVersion:  latest,
		RateLimit:      rateLimit(header),
		Notice:         notice,
		FieldError:     x.secrets().Error(fieldError),
		IdempotencyKey: x.call.IdempotencyKey,
		Attempts:       x.result.Attempts,
		Raw:            sdk.NewRaw(x.result.Body),
	}
}

// rateLimit reads what is there; a malformed value counts as missing. The names are in canonical
// spelling, which "X-RateLimit" is not.
func rateLimit(h http.Header) (r sdk.RateLimit) {
	r.Limit = number(h["X-Ratelimit-Limit"])
	r.Remaining = number(h["X-Ratelimit-Remaining"])
	if len(h["X-Ratelimit-Reset"]) == 0 {
		return r
	}
	if reset, _ := strconv.ParseInt(first(h["X-Ratelimit-Reset"]), 10, 64); reset > 0 && reset <= maxUnix {
		r.Reset = time.Unix(reset, 0)
	}
	return r
}

// maxUnix is the last second of the year 9999, a day early for every time zone: JSON has no later
// times.
const maxUnix = 253402300799 - 24*60*60

func number(values []string) int {
	if len(values) == 0 {
		return 0 // Atoi of nothing would allocate an error
	}
	n, _ := strconv.Atoi(values[0])
	return n
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func mediaType(h http.Header) string {
	kind, _, _ := strings.Cut(first(h["Content-Type"]), ";")
	return strings.TrimSpace(kind)
}

func isJSON(kind string) bool {
	kind = strings.ToLower(kind)
	return kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json")
}
