package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/redact"
)

func eventsShowCommand() *cobra.Command {
	var f journalFlag
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Print a delivery: its headers, its body, and what it was responded",
		Args:  verb.Argument("ID"),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := f.find(c, args[0])
			if err != nil {
				return err
			}
			if f.json {
				out := json.NewEncoder(c.OutOrStdout())
				out.SetEscapeHTML(false)
				return out.Encode(e)
			}
			fmt.Fprint(c.OutOrStdout(), e.text()+"\n"+e.whole())
			return nil
		},
	}
	f.register(c)
	return c
}

// whole is the request as it came. Headers and body are safe for a terminal, and without secrets.
func (e *entry) whole() string {
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
