package contract

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Violation is one rule of the contract that a request breaks.
type Violation struct {
	Path    string // "lineItems[2].quantity"
	Problem string // "must be from 1 to 9999"
	Code    string // the catalog code that the gateway responds with
}

// String is the violation in the form of the gateway's own messages: the path, then the problem.
func (v Violation) String() string { return v.Path + ": " + v.Problem }

// Missing reports whether the rule requires the field.
func (v Violation) Missing() bool { return v.Problem == isRequired }

const isRequired = "is required"

// The codes of violations whose field names none of its own.
const (
	codeMissing = "validation_missing_field"
	codeInvalid = "validation_error"
)

// A Checker collects violations. Its zero value is ready; a request without violations costs no
// allocation.
type Checker struct {
	// PlainHTTP reports the hosts whose URLs may be plain HTTP where HTTPS is required, for tests
	// and sandboxes. Nil for none.
	PlainHTTP func(host string) bool

	Violations []Violation
	prefix     string
	known      map[string]bool // paths of violations that were found before
}

// Know takes over what was found while a request was read. Nothing more is reported about the same
// fields: what is missing is also out of range.
func (c *Checker) Know(found []Violation) {
	if len(found) == 0 {
		return
	}
	c.Violations = append(c.Violations, found...)
	c.known = map[string]bool{}
	for _, v := range found {
		c.known[v.Path] = true
	}
}

// MissingFirst are the violations in the order in which a gateway reports them: what is missing,
// then what is wrong.
func (c *Checker) MissingFirst() []Violation {
	slices.SortStableFunc(c.Violations, func(a, b Violation) int {
		switch {
		case a.Missing() == b.Missing():
			return 0
		case a.Missing():
			return -1
		}
		return 1
	})
	return c.Violations
}

// Enter puts the path of an array's element in front of every path, until [Checker.Leave] is given
// what it returns.
func (c *Checker) Enter(array string, index int) (outer string) {
	outer = c.prefix
	c.prefix = outer + array + "[" + strconv.Itoa(index) + "]."
	return outer
}

// Leave goes back to where [Checker.Enter] came from.
func (c *Checker) Leave(outer string) { c.prefix = outer }

func (c *Checker) report(path, problem, code, fallback string) {
	if len(c.Violations) >= maxViolations || c.known[c.prefix+path] || c.known[strings.TrimSuffix(c.prefix, ".")] { // the field, or the element that it belongs to
		return
	}
	if code == "" {
		code = fallback
	}
	c.Violations = append(c.Violations, Violation{Path: c.prefix + path, Problem: problem, Code: code})
}

// Present requires a string, and reports whether there is one.
func (c *Checker) Present(path, value, code string) bool {
	if value == "" {
		c.report(path, isRequired, code, codeMissing)
	}
	return value != ""
}

// Text requires UTF-8: encoding/json would replace invalid bytes.
func (c *Checker) Text(path, value string) {
	if !utf8.ValidString(value) {
		c.report(path, "is not UTF-8", "", codeInvalid)
	}
}

// Range requires lower <= value <= upper.
func (c *Checker) Range(path string, value, lower, upper int64, code string) {
	if value < lower || value > upper {
		c.report(path, fmt.Sprintf("must be from %d to %d", lower, upper), code, codeInvalid)
	}
}

// Positive requires a decimal number above zero, in JSON's notation.
func (c *Checker) Positive(path, value, code string) {
	digits, _, _ := strings.Cut(strings.ToLower(value), "e")
	if strings.HasPrefix(value, "-") || !strings.ContainsAny(digits, "123456789") {
		c.report(path, "must be greater than 0", code, codeInvalid)
	}
}

// Length requires at most limit characters.
func (c *Checker) Length(path, value string, limit int, code string) {
	if len(value) > limit && utf8.RuneCountInString(value) > limit {
		c.report(path, fmt.Sprintf("must have at most %d characters", limit), code, codeInvalid)
	}
}

// Count requires at most limit elements.
func (c *Checker) Count(path string, count, limit int, code string) {
	if count > limit {
		c.report(path, fmt.Sprintf("must have at most %d elements", limit), code, codeInvalid)
	}
}

// Pattern requires a value to match.
func (c *Checker) Pattern(path, value string, pattern *regexp.Regexp, code string) {
	if !pattern.MatchString(value) {
		c.report(path, "must match "+pattern.String(), code, codeInvalid)
	}
}

// OneOf requires one of the listed values.
func (c *Checker) OneOf(path, value, code string, allowed ...string) {
	for _, a := range allowed {
		if value == a {
			return
		}
	}
	c.report(path, "must be "+strings.Join(allowed, " or "), code, codeInvalid)
}

// HTTPS requires an absolute https URL, or an http URL of a host that PlainHTTP reports.
func (c *Checker) HTTPS(path, value, code string) {
	u, problem := ParseURL(value)
	switch {
	case problem != "":
		c.report(path, problem, code, codeInvalid)
	case u.User != nil:
		c.report(path, "must have no user or password", code, codeInvalid)
	case u.Scheme == "https":
	case u.Scheme == "http" && c.PlainHTTP != nil && c.PlainHTTP(u.Hostname()):
	default:
		c.report(path, "must be an https URL", code, codeInvalid)
	}
}

// QueryWithout requires a URL whose query has none of the named parameters: the gateway adds them
// when the buyer returns.
func (c *Checker) QueryWithout(path, value, code string, names ...string) {
	_, query, _ := strings.Cut(value, "?")
	query, _, _ = strings.Cut(query, "#")
	for pair := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		name, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		if slices.Contains(names, name) {
			c.report(path, "must not have the query parameter "+name+": the gateway adds it too, and a return that has it twice is rejected (rename yours)", code, codeInvalid)
			return
		}
	}
}

// IsLoopback reports whether a host name or an address is this machine.
func IsLoopback(host string) bool {
	host = strings.ToLower(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
