package transport

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/hostedpay/hostedpay-go/sdk"
)

const (
	versionHeader       = "Von-Pay-Version"
	latestVersionHeader = "Von-Pay-Latest-Version"
)

// notices remembers what a client has been told about the future of its endpoints.
type notices struct {
	mu   sync.Mutex
	told map[sdk.Notice]bool
}

// mostNotices is how many different ones a client is told: a gateway that says something new with every answer is not
// worth listening to.
const mostNotices = 100

// noticeOf reads what an answer says about its endpoint's future; nil when nothing. (Vora contract, response headers
// Deprecation, Sunset, Link and Von-Pay-Latest-Version.)
func noticeOf(operation string, h http.Header) *sdk.Notice {
	served, latest := first(h[versionHeader]), first(h[latestVersionHeader])
	deprecation, sunset := first(h["Deprecation"]), first(h["Sunset"])
	if strings.EqualFold(deprecation, "false") {
		deprecation = ""
	}
	newer := served != "" && latest > served // dates in ISO order
	if deprecation == "" && sunset == "" && !newer {
		return nil
	}
	n := &sdk.Notice{
		Operation: operation, Version: served, LatestVersion: latest, Deprecated: deprecation != "", Link: deprecationLink(h["Link"]),
	}
	n.DeprecatedSince, _ = http.ParseTime(deprecation) // "true" is no time
	n.Sunset, _ = http.ParseTime(sunset)
	return n
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// deprecationLink finds the target of the link whose relation is deprecation. (RFC 8288, section 3.)
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

// isNew tells whether a notice has not been told before, and notes it.
func (n *notices) isNew(notice sdk.Notice) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.told[notice] || len(n.told) >= mostNotices {
		return false
	}
	if n.told == nil {
		n.told = map[sdk.Notice]bool{}
	}
	n.told[notice] = true
	return true
}

// tell passes a notice on, unless this client has passed on the same one before.
func (n *notices) tell(ctx context.Context, o *sdk.Options, notice *sdk.Notice) {
	if notice == nil || o.Logger == nil && o.NoticeHandler == nil || !n.isNew(*notice) {
		return
	}
	if o.Logger != nil {
		attrs := []slog.Attr{
			slog.String("operation", notice.Operation), slog.String("version", notice.Version), slog.String("latest_version", notice.LatestVersion),
		}
		if notice.Deprecated {
			attrs = append(attrs, slog.Bool("deprecated", true))
		}
		if !notice.Sunset.IsZero() {
			attrs = append(attrs, slog.Time("sunset", notice.Sunset))
		}
		o.Logger.LogAttrs(ctx, slog.LevelWarn, "the gateway announces a change of this endpoint: plan an update of the SDK", attrs...)
	}
	if o.NoticeHandler != nil {
		safely(func() { o.NoticeHandler(ctx, *notice) })
	}
}
