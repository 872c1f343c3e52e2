package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/redact"
)

func verifyCommand() *cobra.Command {
	return verb.Group("verify", "Say whether a captured delivery or return is authentic, or why not", verifyWebhookCommand(), verifyReturnCommand())
}

// verifyFlags are those that both verbs have.
type verifyFlags struct {
	caller // for its print alone: nothing is called
	at     string
}

func (f *verifyFlags) register(c *cobra.Command) {
	c.Flags().StringVar(&f.at, "at", "", "when it arrived, such as 2026-04-21T13:18:14Z (default: now)")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object, errors too")
}

// clockAt is a clock that is stopped at the time of --at.
func clockAt(text string) (func() time.Time, error) {
	if text == "" {
		return time.Now, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, errors.New("--at must be a time in RFC 3339, such as 2026-04-21T13:18:14Z")
	}
	return func() time.Time { return at }, nil
}

// maxCapture bounds what is read of a captured request or a recording.
const maxCapture = 64 << 20

// readCapture reads a file, or standard input with -.
func readCapture(name string, stdin io.Reader) ([]byte, error) {
	in, err := open(name, stdin)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	capture, err := io.ReadAll(io.LimitReader(in, maxCapture+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the capture cannot be read: %w", err)
	case len(capture) > maxCapture:
		return nil, fmt.Errorf("the capture is larger than %d MiB", maxCapture>>20)
	}
	return capture, nil
}

// oneStdin requires that standard input is named once at most.
func oneStdin(names ...string) error {
	named := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name != "-" })
	if len(named) > 1 {
		return errors.New("only one of them can be standard input")
	}
	return nil
}

// A row is one line of what was found out.
type row struct{ name, value string }

// rowsOf aligns rows, without those that have no value. What came over a network is made safe for a
// terminal.
func rowsOf(rows ...row) string {
	var lines strings.Builder
	for _, r := range rows {
		if r.value != "" {
			fmt.Fprintf(&lines, "%-9s %s\n", r.name, redact.New().Line(r.value))
		}
	}
	return lines.String()
}
