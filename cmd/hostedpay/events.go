package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/filter"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/journal"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

func eventsCommand() *cobra.Command {
	return verb.Group("events", "Deliveries that listen has written down, or a sandbox remembers", eventsListCommand(), eventsShowCommand(), eventsResendCommand())
}

// journalFlag names the journal of listen, or a sandbox.
type journalFlag struct {
	path    string
	sandbox string
	json    bool
}

func (f *journalFlag) register(c *cobra.Command) {
	c.Flags().StringVar(&f.path, "journal", journal.Path(), "file that hostedpay listen writes")
	c.Flags().Lookup("journal").DefValue = "" // the help is the same on every machine
	c.Flags().StringVar(&f.sandbox, "sandbox", "", "URL of a running sandbox, whose own deliveries they are, instead of a journal")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object a line, errors too")
}

// box is the sandbox that is named, or nil.
func (f *journalFlag) box(c *cobra.Command) (*control.Client, error) {
	if f.sandbox == "" {
		return nil, nil
	}
	box, err := sandboxAt(c, f.sandbox)
	if err == nil && c.Flags().Changed("journal") {
		err = verb.Usage(c, errors.New("--journal and --sandbox name two places: leave out one"))
	}
	return box, err
}

// print prints a result. The output says itself when it fails.
func (f *journalFlag) print(c *cobra.Command, result any, lines string) {
	_ = printResult(c.OutOrStdout(), f.json, result, lines)
}

// read returns all deliveries.
func (f *journalFlag) read(c *cobra.Command) ([]journal.Entry, error) {
	box, err := f.box(c)
	switch {
	case err != nil:
		return nil, err
	case box != nil:
		return journal.OfSandbox(c.Context(), box)
	}
	return journal.Read(f.path)
}

// number is the number that an ID is.
func (f *journalFlag) number(c *cobra.Command, id string) (int, error) {
	number, err := journal.ParseID(id)
	if err != nil {
		return 0, verb.Usage(c, err)
	}
	return number, nil
}

// find reads the delivery with an ID.
func (f *journalFlag) find(c *cobra.Command, id string) (journal.Entry, error) {
	number, err := f.number(c, id)
	if err != nil {
		return journal.Entry{}, err
	}
	all, err := f.read(c)
	if err != nil {
		return journal.Entry{}, err
	}
	var those []journal.Entry
	for _, e := range all {
		if e.ID == number {
			those = append(those, e)
		}
	}
	switch {
	case len(those) == 1:
		return those[0], nil
	case len(those) > 1:
		return journal.Entry{}, fmt.Errorf("the journal has %d deliveries with the ID %d, because lines of other journals were put into it: name the journal that they are from with --journal", len(those), number)
	case f.sandbox != "":
		return journal.Entry{}, fmt.Errorf("the sandbox has no delivery %d: events list --sandbox prints those that it remembers", number)
	}
	return journal.Entry{}, fmt.Errorf("the journal has no delivery %d: events list prints those that it has", number)
}

func eventsListCommand() *cobra.Command {
	var f journalFlag
	var kind string
	var failed bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List deliveries, the oldest first",
		Example: `  hostedpay events list --failed
  hostedpay events list --sandbox http://127.0.0.1:4010 --type "session.*"`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			all, err := f.read(c)
			if err != nil {
				return err
			}
			ofType := func(e journal.Entry) bool { return kind == "" || filter.Matches(kind, e.Event) }
			if !slices.ContainsFunc(all, ofType) && kind != "" {
				doubt, err := filter.Type(kind)
				if err != nil {
					return verb.Usage(c, fmt.Errorf("--type: %w", err))
				}
				if doubt != nil {
					fmt.Fprintf(c.ErrOrStderr(), "Warning: --type: %v\n", doubt)
				}
			}
			for _, e := range all {
				if ofType(e) && (!failed || !e.Accepted()) {
					f.print(c, e.Line(), e.ForTerminal())
				}
			}
			return nil
		},
	}
	f.register(c)
	c.Flags().StringVar(&kind, "type", "", "only events of this type, with * for any characters")
	c.Flags().BoolVar(&failed, "failed", false, "only deliveries that were not accepted")
	return c
}
