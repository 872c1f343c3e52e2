package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/sweep"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

func sweepCommand() *cobra.Command {
	var f voraCaller
	var store chargeSweep
	c := &cobra.Command{
		Use:   "sweep [LIST]",
		Short: "Print where the sessions of a list, or open charges, stand",
		Long: `Sweep reads every session of a list, a file or - for standard input, with one session ID a line, or
one JSON object a line that has it as id, sessionId or session_id.

With --charges and without a LIST it asks about the charges of a platform that have been waiting for
their event for longer than --after, as the charge book of the SDK does it: in a file of SQLite or in
PostgreSQL, for one tenant, whose API key it is given. VisionScope has no call that reads a payment,
so that its charges are listed as not asked.

It stays within half of Vora's rate limit (15 reads a minute), so that it takes no buyer's turn, and
prints each session or charge as soon as it was read. It changes nothing, unless --save stores in the
charges what Vora says: your program then finds charges that have another status, and neither its own
sweep nor a late event tells it. It exits with 20 when a state stays unknown.`,
		Example: `  hostedpay sweep pending.txt
  psql -Atc "select session_id from orders where status = 'pending'" | hostedpay sweep -
  hostedpay sweep --charges crm.db --tenant acme`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil // of charges
			}
			return verb.Argument("LIST")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) == 0 && !store.database.given():
				return verb.Usage(c, errors.New("expected a LIST of sessions, or --charges"))
			case len(args) == 0:
				return store.run(c, &f)
			}
			if name := store.changed(c); name != "" {
				return verb.Usage(c, fmt.Errorf("--%s is about charges, and there is a LIST of sessions: leave out one", name))
			}
			return sweepList(c, &f, args[0])
		},
	}
	f.register(c)
	store.register(c)
	return c
}

// sweepList sweeps the sessions of a file, or of standard input.
func sweepList(c *cobra.Command, f *voraCaller, list string) error {
	if list == "-" && f.key.File == "-" {
		return verb.Usage(c, errors.New("the list and --key-file cannot both be standard input"))
	}
	in, err := open(list, c.InOrStdin())
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // was only read
	ids, err := sweep.ReadList(in)
	if err != nil {
		return err
	}
	client, err := f.client(c.InOrStdin(), sdk.WithLimiter(ratelimit.New()))
	if err != nil {
		return err
	}
	return sweep.Sessions(c.Context(), client, ids, func(v sweep.Session) error { return f.print(c.OutOrStdout(), v, v.Line()) })
}
