package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk"
)

func errorsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "errors [CODE]",
		Short: "List the error codes, or say what one means and what to do",
		Example: `  hostedpay errors
  hostedpay errors idempotency_key_collision
  hostedpay errors --json`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return verb.Argument("code")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			entries, err := explain(args...)
			switch {
			case err != nil:
				return verb.Usage(c, fmt.Errorf("%w; hostedpay errors lists them all", err))
			case asJSON && len(args) == 1:
				return json.NewEncoder(c.OutOrStdout()).Encode(entries[0])
			case asJSON:
				return json.NewEncoder(c.OutOrStdout()).Encode(entries)
			case len(args) == 0:
				for _, e := range entries {
					fmt.Fprintf(c.OutOrStdout(), "%-32s %-9s %-12s %s\n", e.Code, e.statuses(), e.Family, e.Meaning)
				}
				return nil
			}
			entries[0].print(c.OutOrStdout())
			return nil
		},
	}
	verb.CompleteArgument(c, codeNames)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object for CODE, an array of them without")
	return c
}

// A codeEntry is what the catalog says about a code.
type codeEntry struct {
	Code       sdk.Code       `json:"code"`
	Statuses   []int          `json:"statuses"`
	Family     sdk.Family     `json:"family"`
	Retryable  bool           `json:"retryable"`
	NeedsKey   bool           `json:"needsIdempotencyKey"` // to be retryable
	NextAction sdk.NextAction `json:"nextAction"`
	Meaning    string         `json:"meaning"`
	Hint       string         `json:"hint"`
	Docs       string         `json:"docs"`
}

func codeNames() (names []string) {
	for _, code := range sdk.Codes() {
		names = append(names, string(code))
	}
	return names
}

// explain returns what the catalog says about codes, about all of them when none is named.
func explain(codes ...string) ([]codeEntry, error) {
	wanted := sdk.Codes()
	if len(codes) > 0 {
		wanted = nil
	}
	for _, code := range codes {
		wanted = append(wanted, sdk.Code(code))
	}
	var entries []codeEntry
	for _, code := range wanted {
		e, known := code.Entry()
		if !known {
			return nil, nearest.Unknown("code", string(code), codeNames())
		}
		entries = append(entries, codeEntry{
			Code: e.Code, Statuses: e.Statuses, Family: e.Family, Retryable: e.Retryable, NeedsKey: e.NeedsIdempotencyKey,
			NextAction: e.NextAction, Meaning: e.Meaning, Hint: e.Hint, Docs: e.Docs(),
		})
	}
	return entries, nil
}

func (e codeEntry) statuses() string {
	var all []string
	for _, status := range e.Statuses {
		all = append(all, strconv.Itoa(status))
	}
	return strings.Join(all, ", ")
}

func (e codeEntry) print(w io.Writer) {
	again := "no"
	if e.Retryable {
		again = "yes"
	}
	if e.Retryable && e.NeedsKey {
		again = "yes, with the same idempotency key"
	}
	fmt.Fprintf(w, "%s  (HTTP %s, family %s)\n\n", e.Code, e.statuses(), e.Family)
	fmt.Fprintf(w, "What happened   %s\nWhat to do      %s\nSend it again   %s\nNext action     %s\n", e.Meaning, e.Hint, again, e.NextAction)
	fmt.Fprintf(w, "Documentation   %s\n", e.Docs)
}
