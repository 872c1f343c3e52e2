package main

import (
	"errors"
	"fmt"
	"path"
	"strconv"

	"github.com/spf13/cobra"
)

func eventsCommand() *cobra.Command {
	return group("events", "The deliveries that listen has written down", eventsListCommand(), eventsShowCommand(), eventsResendCommand())
}

// journalFlag names the journal of listen.
type journalFlag struct {
	path string
	json bool
}

func (f *journalFlag) register(c *cobra.Command) {
	c.Flags().StringVar(&f.path, "journal", journalPath(), "file that hostedpay listen writes")
	c.Flags().Lookup("journal").DefValue = "" // the help is the same on every machine
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object a line, errors too")
}

// find reads the delivery with an ID.
func (f *journalFlag) find(c *cobra.Command, id string) (entry, error) {
	number, err := strconv.Atoi(id)
	if err != nil {
		return entry{}, usage(c, fmt.Errorf("an ID is a number, as events list prints it: %q is none", id))
	}
	all, err := readJournal(f.path)
	if err != nil {
		return entry{}, err
	}
	for _, e := range all {
		if e.ID == number {
			return e, nil
		}
	}
	return entry{}, fmt.Errorf("the journal has no delivery %d: events list prints those that it has", number)
}

func eventsListCommand() *cobra.Command {
	var f journalFlag
	var kind string
	var failed bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List deliveries, the oldest first",
		Args:  none,
		RunE: func(c *cobra.Command, _ []string) error {
			if _, err := path.Match(kind, ""); err != nil {
				return usage(c, errors.New("--type is malformed"))
			}
			all, err := readJournal(f.path)
			if err != nil {
				return err
			}
			show := eventPrinter{out: c.OutOrStdout(), json: f.json}
			for _, e := range all {
				matches, _ := path.Match(kind, e.Event)
				if (matches || kind == "") && (!failed || !e.accepted()) {
					show.event(&e)
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
