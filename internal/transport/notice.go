package transport

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// notices remembers what a client has been told about the future of its endpoints.
type notices struct{ told sync.Map }

// noticeOf reads what an answer says about its endpoint's future; nil when nothing. (Vora contract, response headers
// Deprecation, Sunset, Link and Von-Pay-Latest-Version.)
func noticeOf(operation string, h http.Header) *sdk.Notice {
	served, latest := first(h["Von-Pay-Version"]), first(h["Von-Pay-Latest-Version"])
	deprecation, sunset := first(h["Deprecation"]), first(h["Sunset"])
	newer := served != "" && latest > served // dates in ISO order
	if deprecation == "" && sunset == "" && !newer {
		return nil
	}
	n := &sdk.Notice{Operation: operation, Version: served, LatestVersion: latest, Link: deprecationLink(h["Link"])}
	n.Deprecated = deprecation != "" && !strings.EqualFold(deprecation, "false")
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

// deprecationLink finds the target of the link whose relation is deprecation.
func deprecationLink(values []string) string {
	for _, value := range values {
		for _, link := range strings.Split(value, ",") {
			target, params, _ := strings.Cut(link, ">")
			if start := strings.IndexByte(target, '<'); start >= 0 && strings.Contains(strings.ToLower(strings.ReplaceAll(params, `"`, "")), "rel=deprecation") {
				return target[start+1:]
			}
		}
	}
	return ""
}

// tell passes a notice on, unless this client has passed on the same one before.
func (n *notices) tell(ctx context.Context, o *sdk.Options, notice *sdk.Notice) {
	if notice == nil || o.Logger == nil && o.NoticeHandler == nil {
		return
	}
	if _, before := n.told.LoadOrStore(*notice, true); before {
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
