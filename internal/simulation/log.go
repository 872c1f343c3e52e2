package simulation

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

// logHandler looks for secrets in what the SDK logs.
type logHandler struct{ w *world }

func (logHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h logHandler) WithAttrs([]slog.Attr) slog.Handler     { return h }
func (h logHandler) WithGroup(string) slog.Handler          { return h }

func (h logHandler) Handle(_ context.Context, r slog.Record) error {
	var line strings.Builder
	line.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&line, " %s=%+v", a.Key, a.Value.Resolve())
		return true
	})
	h.w.checkText("a log line", line.String())
	return nil
}
