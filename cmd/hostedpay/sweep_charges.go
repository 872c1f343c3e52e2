package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/sweep"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

// A chargeSweep has the flags that choose charges.
type chargeSweep struct {
	database databaseSource
	table    string
	tenant   string
	after    time.Duration
	limit    int
	save     bool
}

func (s *chargeSweep) register(c *cobra.Command) {
	s.database = databaseSource{what: "database of the charges", flag: "charges", variable: "HOSTEDPAY_CHARGES_DATABASE"}
	s.database.register(c)
	c.Flags().StringVar(&s.table, "table", "hostedpay_charges", "table of the charges")
	c.Flags().StringVar(&s.tenant, "tenant", "", "only the charges of this tenant, whose API key it is; needed when there are several")
	c.Flags().DurationVar(&s.after, "after", 5*time.Minute, "only charges that have been waiting for their event for this long")
	c.Flags().IntVar(&s.limit, "limit", 100, "how many charges")
	c.Flags().BoolVar(&s.save, "save", false, "store in the charges what the gateway says")
}

// changed is a flag about charges that was given, or empty.
func (s *chargeSweep) changed(c *cobra.Command) string {
	for _, name := range []string{s.database.flag, s.database.file.Flag, "table", "tenant", "after", "limit", "save"} {
		if c.Flags().Changed(name) {
			return name
		}
	}
	return ""
}

func (s *chargeSweep) run(c *cobra.Command, f *voraCaller) error {
	switch {
	case s.limit < 1 || s.limit > sweep.MaxDue:
		return verb.Usage(c, fmt.Errorf("--limit must be 1 to %d", sweep.MaxDue))
	case s.after < 0:
		return verb.Usage(c, errors.New("--after must be 0 or more, such as 5m"))
	case s.database.file.File == "-" && f.key.File == "-":
		return verb.Usage(c, fmt.Errorf("--%s and --key-file cannot both be standard input", s.database.file.Flag))
	}
	address, err := s.database.read(c)
	if err != nil {
		return err
	}
	client, err := f.client(c.InOrStdin(), sdk.WithLimiter(ratelimit.New()), sdk.WithBackground())
	if err != nil {
		return err
	}
	store, done, err := openCharges(address, s.table)
	if err != nil {
		return err
	}
	defer done()
	which := sweep.Which{Tenant: s.tenant, After: s.after, Limit: s.limit, Save: s.save}
	summary, err := sweep.Charges(c.Context(), client, store, which, func(v sweep.Charge) error {
		if v.Saved {
			return f.printDone(c.OutOrStdout(), v, v.Line(), exit.Unprinted{Done: fmt.Sprintf("what Vora says about the charge of order %q was stored", v.Order)})
		}
		return f.print(c.OutOrStdout(), v, v.Line())
	})
	if err != nil || f.json {
		return err
	}
	_, err = fmt.Fprintln(c.OutOrStdout(), summary)
	return err
}
