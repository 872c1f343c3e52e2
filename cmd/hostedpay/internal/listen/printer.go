package listen

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/journal"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/screen"
)

// A printer shows what listen does, for people or as NDJSON. Safe for concurrent use.
type printer struct {
	mu   sync.Mutex
	out  io.Writer // says itself when it fails
	json bool
}

func (p *printer) print(view any, lines string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.json {
		e := json.NewEncoder(p.out)
		e.SetEscapeHTML(false)
		_ = e.Encode(view)
	} else {
		_, _ = io.WriteString(p.out, lines)
	}
}

// A readyView is the first line under --json.
type readyView struct {
	Type      string   `json:"type"` // "ready"
	URL       string   `json:"url"`
	ForwardTo []string `json:"forwardTo"`
	Journal   string   `json:"journal,omitempty"`
	Warnings  []string `json:"warnings,omitempty"` // about filters
}

func (p *printer) ready(base string, targets []Target, file string) {
	view := readyView{Type: "ready", URL: base, Journal: file}
	text := fmt.Sprintf("Listening     %s\n", base)
	for _, t := range targets {
		view.ForwardTo = append(view.ForwardTo, t.String())
		text += fmt.Sprintf("Forwarding to %s%s\n", t, t.conditions())
		for _, f := range t.filters {
			if f.Doubt != nil {
				warning := fmt.Sprintf("%v; it is forwarded if a newer gateway sends it", f.Doubt)
				view.Warnings = append(view.Warnings, warning)
				text += fmt.Sprintf("Warning       type=%s:%s\n", f.Pattern, screen.Below(14, warning))
			}
		}
	}
	p.print(view, text+fmt.Sprintf("Journal       %s\n\n", screen.OrDash(file)))
}

func (p *printer) event(e *journal.Entry) { p.print(e.Line(), e.ForTerminal()) }

// A reconnectView is the sandbox that was lost, or is there again, under --json.
type reconnectView struct {
	Type    string `json:"type"` // "reconnect"
	Sandbox string `json:"sandbox"`
	Up      bool   `json:"up"` // it delivers here
	Error   string `json:"error,omitempty"`

	ended bool // listen has
}

func (p *printer) reconnect(v reconnectView) {
	v.Type = "reconnect"
	text := fmt.Sprintf("Sandbox       %s delivers here\n", v.Sandbox)
	switch {
	case v.ended:
		text = fmt.Sprintf("Sandbox       %s cannot be reached to restore its webhook URLs:%s\n", v.Sandbox, screen.Below(14, v.Error))
	case !v.Up:
		text = fmt.Sprintf("Sandbox       %s cannot be reached, trying again:%s\n", v.Sandbox, screen.Below(14, v.Error))
	}
	p.print(v, text)
}

// A divertedView is where a sandbox delivers a merchant's events from now on, under --json.
type divertedView struct {
	Type     string `json:"type"` // "webhook"
	Merchant string `json:"merchantId"`
	URL      string `json:"url"` // empty for nowhere
}

func (p *printer) diverted(merchant, url, what string) {
	url = endpoint.Masked(url)
	p.print(divertedView{"webhook", merchant, url}, fmt.Sprintf("Sandbox       %s %s%s\n", merchant, what, screen.Below(14, cmp.Or(url, "no URL"))))
}
