package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
)

func inboxDiscardCommand() *cobra.Command {
	var f storeCaller
	var yes bool
	c := &cobra.Command{
		Use:   "discard ID...",
		Short: "Take events out of quarantine without processing them",
		Long: `Discard takes events out of quarantine: nothing is done about them any more. They stay in the inbox,
and replay --again can still process them. It asks first, and needs --yes where there is no terminal.`,
		Example: "  hostedpay inbox discard 17",
		RunE: func(c *cobra.Command, args []string) error {
			ids, err := eventIDs(args)
			if err == nil && len(ids) == 0 {
				err = errors.New("expected at least one ID")
			}
			if err != nil {
				return verb.Usage(c, err)
			}
			if err := sure(c, yes, fmt.Sprintf("Nothing is done about the %d events any more. Discard them?", len(ids))); err != nil {
				return err
			}
			store, err := f.open(c)
			if err != nil {
				return err
			}
			defer store.Close()
			view, err := discardRecords(c.Context(), store, ids)
			if err != nil {
				return err
			}
			return f.printDone(c.OutOrStdout(), view, fmt.Sprintf("%d discarded\n", view.Discarded), exit.Unprinted{Done: fmt.Sprintf("%d events were discarded", view.Discarded)})
		},
	}
	f.register(c)
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

// A discardedView is how a discard looks under --json.
type discardedView struct {
	Discarded int `json:"discarded"`
}

// discardRecords discards events. It is an error when one of them was not.
func discardRecords(ctx context.Context, store eventStore, ids []int64) (discardedView, error) {
	n, err := store.Discard(ctx, ids...)
	if err == nil && n < len(ids) {
		err = missed(ctx, store, ids, fmt.Sprintf("discarded %d", n), n, "in quarantine")
	}
	return discardedView{n}, err
}
