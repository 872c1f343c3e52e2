package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/inbox"
)

func inboxReplayCommand() *cobra.Command {
	var f storeCaller
	var chosen selectionFlags
	var all, again, yes bool
	c := &cobra.Command{
		Use:   "replay [ID...]",
		Short: "Give quarantined events another chance",
		Long: `Replay gives events that are in quarantine new jobs, each with all its attempts: those with the IDs,
or those that the flags choose, or with --all every one. The program with the inbox works on them.

With --again it takes events that were processed or discarded, too. What was done about them is done
a second time, so that it asks first, and needs --yes where there is no terminal.`,
		Example: `  hostedpay inbox replay 17 18
  hostedpay inbox replay --type session.succeeded --since 24h`,
		RunE: func(c *cobra.Command, args []string) error {
			which, err := chosen.read(c)
			if err != nil {
				return err
			}
			if which.IDs, err = eventIDs(args); err != nil {
				return verb.Usage(c, err)
			}
			if !all && len(args) == 0 && isEverything(which) {
				return verb.Usage(c, errors.New("name events by ID or with flags, or take every one with --all"))
			}
			if all && (len(args) > 0 || !isEverything(which)) {
				return verb.Usage(c, errors.New("--all takes every event: leave out what chooses some"))
			}
			if again {
				if err := sure(c, yes, "What was done about these events is done a second time. Replay them?"); err != nil {
					return err
				}
			}
			store, err := f.open(c)
			if err != nil {
				return err
			}
			defer store.Close()
			view, err := replayRecords(c.Context(), store, which, again)
			if err != nil {
				return err
			}
			return f.printDone(c.OutOrStdout(), view, fmt.Sprintf("%d replayed\n", view.Replayed), exit.Unprinted{Done: fmt.Sprintf("%d events were replayed", view.Replayed)})
		},
	}
	f.register(c)
	chosen.register(c)
	c.Flags().BoolVar(&all, "all", false, "every event in quarantine")
	c.Flags().BoolVar(&again, "again", false, "events that were processed or discarded, too")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

// isEverything reports whether a selection leaves nothing out.
func isEverything(which inbox.Selection) bool {
	return len(which.IDs) == 0 && which.Gateway == "" && which.MerchantID == "" && which.Type == "" && which.SessionID == "" && which.Since.Equal(time.Time{})
}

// A replayedView is how a replay looks under --json.
type replayedView struct {
	Replayed int `json:"replayed"`
}

// replayRecords replays events. It is an error when one of those that were named was not.
func replayRecords(ctx context.Context, store eventStore, which inbox.Selection, again bool) (replayedView, error) {
	replay, where := store.Replay, "in quarantine"
	if again {
		replay, where = store.Repeat, "there with a body"
	}
	n, err := replay(ctx, which)
	switch {
	case err != nil:
		return replayedView{}, fmt.Errorf("after %d events: %w", n, err)
	case n < len(which.IDs):
		return replayedView{}, missed(ctx, store, which.IDs, fmt.Sprintf("replayed %d", n), n, where)
	}
	return replayedView{n}, nil
}
