package transport

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// notices remembers what a client's user has been told about its endpoints.
type notices struct {
	mu   sync.Mutex
	told map[sdk.Notice]bool
}

// maxNotices bounds how many different ones are passed on: a gateway that announces something new
// with every response announces nothing.
const maxNotices = 100

// notice reads what the last response announces about its endpoint; nil when nothing. Deprecation
// (RFC 9745), Sunset (RFC 8594) and Link (RFC 8288) are read for every gateway, the version headers
// for those that have them.
func (x *exchange) notice() *sdk.Notice {
	h := x.result.Header
	served, latest := x.versions()
	deprecation, sunset := first(h["Deprecation"]), first(h["Sunset"])
	if strings.EqualFold(deprecation, "false") {
		deprecation = ""
	}
	newer := served != "" && latest > served // dates in ISO order
	if deprecation == "" && sunset == "" && !newer {
		return nil
	}
	n := &sdk.Notice{
		Operation: x.call.Operation, Version: served, LatestVersion: latest, Deprecated: deprecation != "",
		Link: strings.Clone(x.sanitize(deprecationLink(h["Link"]))), // or a notice that is remembered keeps the whole header
	}
	n.DeprecatedSince, _ = http.ParseTime(deprecation) // "true" is not a time
	n.Sunset, _ = http.ParseTime(sunset)
	return n
}

// versions are the API versions that the last response names.
func (x *exchange) versions() (served, latest string) {
	header := x.result.Header
	return x.version(first(header[x.gateway.VersionHeader])), x.version(first(header[x.gateway.LatestVersionHeader]))
}

// version is a version as it may be printed. Every response has two, and a date hides nothing.
func (x *exchange) version(value string) string {
	if len(value) == len(time.DateOnly) && strings.Trim(value, "0123456789-") == "" {
		return value
	}
	return x.sanitize(value)
}

// deprecationLink finds the target of the link whose relation is deprecation. (RFC 8288, section
// 3.)
func deprecationLink(values []string) string {
	for _, rest := range values {
		for {
			start := strings.IndexByte(rest, '<')
			end := strings.IndexByte(rest, '>')
			if start < 0 || end < start {
				break
			}
			target := rest[start+1 : end]
			var params string
			if params, rest = rest[end+1:], ""; strings.Contains(params, "<") { // of the next link
				at := strings.IndexByte(params, '<')
				params, rest = params[:at], params[at:]
			}
			if isDeprecation(params) {
				return target
			}
		}
	}
	return ""
}

func isDeprecation(params string) bool {
	for param := range strings.SplitSeq(strings.TrimRight(params, ", \t"), ";") {
		name, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(name), "rel") {
			for relation := range strings.FieldsSeq(strings.Trim(strings.TrimSpace(value), `"`)) {
				if strings.EqualFold(relation, "deprecation") {
					return true
				}
			}
		}
	}
	return false
}

// isNew reports whether a notice has not been passed on before, and remembers it.
func (n *notices) isNew(notice sdk.Notice) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.told[notice] || len(n.told) >= maxNotices {
		return false
	}
	if n.told == nil {
		n.told = map[sdk.Notice]bool{}
	}
	n.told[notice] = true
	return true
}

// announce passes a notice on, unless this client has passed on the same one before.
func (c *Client) announce(ctx context.Context, notice *sdk.Notice) {
	if notice == nil || c.logger == nil && c.noticeHandler == nil || !c.notices.isNew(*notice) {
		return
	}
	if c.logger != nil {
		attrs := []slog.Attr{
			slog.String("operation", notice.Operation), slog.String("version", notice.Version), slog.String("latest_version", notice.LatestVersion),
		}
		if notice.Deprecated {
			attrs = append(attrs, slog.Bool("deprecated", true))
		}
		if !notice.Sunset.IsZero() {
			attrs = append(attrs, slog.Time("sunset", notice.Sunset))
		}
		c.logger.LogAttrs(ctx, slog.LevelWarn, "the gateway announces a change of this endpoint: plan an update of the SDK", attrs...)
	}
	if c.noticeHandler != nil {
		safely(func() { c.noticeHandler(ctx, *notice) })
	}
}
