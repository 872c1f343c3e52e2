package journal

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/screen"
	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// ForTerminal is the entry as a terminal shows it: a line, and one for each target below it.
func (e *Entry) ForTerminal() string {
	at := "-"
	if !e.At.IsZero() {
		at = e.At.Local().Format(time.TimeOnly)
	}
	text := fmt.Sprintf("%-8s  %4d  %-18s  %-11s  %s\n", at, e.ID, screen.OrDash(e.Event), screen.OrDash(e.Gateway), screen.OrDash(e.Session))
	for _, f := range e.Forwards {
		result := fmt.Sprintf("%d  %.1fms", f.Status, f.Milliseconds)
		if f.Error != "" {
			result = fmt.Sprintf("no response  %.1fms%s", f.Milliseconds, screen.Below(12, f.Error))
		}
		if f.RetryAfter != "" {
			result += screen.Below(12, "Retry-After: "+redact.New().Line(f.RetryAfter))
		}
		if f.Fault != "" {
			result += screen.Below(12, "injected fault: "+string(f.Fault))
		}
		text += fmt.Sprintf("          → %s  %s\n", cmp.Or(f.To, "nowhere"), result)
	}
	if e.State == "" && len(e.Forwards) > 0 && (len(e.Forwards) > 1 || e.Forwards[0].Status != e.Status) {
		text += fmt.Sprintf("          ← %d\n", e.Status)
	}
	if e.HungUp {
		text += "          the gateway hung up before it got the response\n"
	}
	switch outlook := e.outlook(); {
	case outlook != "":
		text += "          " + outlook + "\n"
	case len(e.Forwards) == 0 && e.Accepted():
		text += "          no target wants it; it is acknowledged\n"
	case len(e.Forwards) == 0:
		text += "          its gateway is not recognized, and no target wants it: 502\n"
	}
	return text
}

// Whole is the request as it came. Headers and body are safe for a terminal, and without secrets.
func (e *Entry) Whole() string {
	line := redact.New().Line
	var text strings.Builder
	for _, h := range e.Request.Headers {
		fmt.Fprintf(&text, "%s: %s\n", line(h.Name), line(h.Value))
	}
	text.WriteString("\n")
	body, err := e.Request.Body()
	if err != nil {
		return text.String() + "the body is not base64\n"
	}
	for part := range strings.SplitSeq(strings.TrimRight(string(body), "\n"), "\n") {
		text.WriteString(line(part) + "\n")
	}
	return text.String()
}

// outlook says what is to come of a delivery of a sandbox, or why nothing is; empty when it is
// finished.
func (e *Entry) outlook() string {
	switch e.State {
	case control.DeliveryUnsent:
		return "not sent: no webhook URL on this machine; see hostedpay sandbox\n          --webhook and hostedpay listen --sandbox, then events resend"
	case control.DeliveryPending:
		what, due := "not sent yet", e.DueAt.Local()
		if len(e.Forwards) > 0 {
			what = "to be sent again"
		}
		format := time.TimeOnly
		if due.Format(time.DateOnly) != e.now.Local().Format(time.DateOnly) {
			format = time.DateTime
		}
		if due.After(e.now) {
			return fmt.Sprintf("%s, due at %s", what, due.Format(format))
		}
		return fmt.Sprintf("%s, was due at %s: it is under way, or held by a\n          pause or a delivery fault", what, due.Format(format))
	case control.DeliveryAccepted, control.DeliveryFailed:
	}
	return ""
}
