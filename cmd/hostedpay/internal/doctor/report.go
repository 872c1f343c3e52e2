package doctor

import (
	"fmt"
	"runtime"
	"strings"
)

// A Report is how the findings look under --json. It is safe to paste.
type Report struct {
	Version  string    `json:"version"` // of the command
	Problems int       `json:"problems"`
	Warnings int       `json:"warnings"`
	Findings []Finding `json:"findings"`
}

// A Level is how bad a finding is.
type Level string

// The levels.
const (
	OK      Level = "ok"
	Skipped Level = "skipped" // it could not be looked at
	Warning Level = "warning" // it works, and may stop to
	Problem Level = "problem"
)

// A Finding is one thing that was found out.
type Finding struct {
	Level Level  `json:"level"`
	About string `json:"about"` // "clock"
	What  string `json:"what"`
	Why   string `json:"why,omitempty"`  // it matters
	Next  string `json:"next,omitempty"` // step
}

// ForTerminal formats the findings for a terminal.
func (r Report) ForTerminal() string {
	var b strings.Builder
	for _, s := range r.Findings {
		fmt.Fprintf(&b, "%-8s %-14s %s\n", s.Level, s.About, s.What)
		if s.Why != "" {
			fmt.Fprintf(&b, "%-8s %-14s why:  %s\n", "", "", s.Why)
		}
		if s.Next != "" {
			fmt.Fprintf(&b, "%-8s %-14s next: %s\n", "", "", s.Next)
		}
	}
	fmt.Fprintf(&b, "\nproblems: %d, warnings: %d\n", r.Problems, r.Warnings)
	return b.String()
}

// ForLLM formats the findings as one string that needs no other context.
func (r Report) ForLLM() string {
	var b strings.Builder
	fmt.Fprintf(&b, `This is the report of "hostedpay doctor" about one machine. hostedpay is a Go SDK and command for hosted checkout at
two gateways, Vora (VON_PAY_* settings) and VisionScope (VISIONSCOPE_* settings). The report has no secrets: "…" stands
for what was left out. Settings come from a flag, the environment, .env, or a configuration file; the earlier wins.

Command: hostedpay %s on %s/%s
Problems: %d, warnings: %d

Findings:
`, r.Version, runtime.GOOS, runtime.GOARCH, r.Problems, r.Warnings)
	for i, s := range r.Findings {
		fmt.Fprintf(&b, "%d. [%s] %s: %s\n", i+1, s.Level, s.About, s.What)
		if s.Why != "" {
			b.WriteString("   Why it matters: " + s.Why + "\n")
		}
		if s.Next != "" {
			b.WriteString("   Next step: " + s.Next + "\n")
		}
	}
	b.WriteString(`
How to go on: take the problems in this order, because a later one is often caused by an earlier one. Do not ask the
user for a key or secret. "hostedpay errors CODE" explains an error code. Run "hostedpay doctor" again after each
change: it exits with 0 when no problem is left.
`)
	return b.String()
}
