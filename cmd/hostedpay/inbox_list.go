package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/redact"
)

func inboxListCommand() *cobra.Command {
	var f storeCaller
	var chosen selectionFlags
	var page inbox.Page
	var status string
	c := &cobra.Command{
		Use:   "list",
		Short: "List events, the newest first",
		Example: `  hostedpay inbox list --status quarantined
  hostedpay inbox list --session vp_cs_test_… --json`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			if page.Status = inbox.Status(status); status != "" {
				if err := oneOf("status", status, statuses()); err != nil {
					return verb.Usage(c, err)
				}
			}
			if page.Limit < 1 || page.Limit > 1000 || page.Before < 0 {
				return verb.Usage(c, errors.New("--limit must be 1 to 1000, and --before the ID of an event"))
			}
			which, err := chosen.read(c)
			if err != nil {
				return err
			}
			store, err := f.open(c)
			if err != nil {
				return err
			}
			defer store.Close()
			view, err := listRecords(c.Context(), store, which, page)
			if err != nil {
				return err
			}
			if len(view.Events) == 0 && which.Type != "" && !slices.Contains(contract.EventTypes(), which.Type) {
				fmt.Fprintf(c.ErrOrStderr(), "Warning: --type: %v\n", nearest.Unknown("event type", which.Type, contract.EventTypes()))
			}
			return f.print(c.OutOrStdout(), view, view.lines())
		},
	}
	f.register(c)
	chosen.register(c)
	c.Flags().StringVar(&status, "status", "", "only with this status: "+strings.Join(statuses(), ", "))
	c.Flags().IntVar(&page.Limit, "limit", 100, "how many")
	c.Flags().Int64Var(&page.Before, "before", 0, "only events before this ID: the last of the page before")
	verb.Complete(c, "status", statuses)
	return c
}

func statuses() []string {
	return []string{string(inbox.StatusWaiting), string(inbox.StatusProcessed), string(inbox.StatusQuarantined), string(inbox.StatusDiscarded)}
}

// oneOf requires that a word is known.
func oneOf(kind, word string, known []string) error {
	if slices.Contains(known, word) {
		return nil
	}
	return nearest.Unknown(kind, word, known)
}

// A recordView is how an event of an inbox looks under --json.
type recordView struct {
	ID         int64        `json:"id"`
	Status     inbox.Status `json:"status"`
	Gateway    string       `json:"gateway"`
	Type       string       `json:"type"`
	SessionID  string       `json:"sessionId,omitempty"`
	MerchantID string       `json:"merchantId,omitempty"`
	ReceivedAt time.Time    `json:"receivedAt"`
	Attempts   int          `json:"attempts"` // that failed
	Reason     string       `json:"reason,omitempty"`
}

func viewOfRecord(r inbox.Record) recordView {
	line := redact.New().Line
	return recordView{
		ID: r.ID, Status: r.Status, Gateway: contract.NameOf(string(r.Gateway)), Type: line(r.Type), SessionID: line(r.SessionID),
		MerchantID: line(r.MerchantID), ReceivedAt: r.ReceivedAt, Attempts: r.Attempts, Reason: line(r.Reason),
	}
}

// A listView is how a list looks under --json.
type listView struct {
	Events []recordView `json:"events"`
	Before int64        `json:"before,omitempty"` // of the next page, when there may be one
}

func listRecords(ctx context.Context, store eventStore, which inbox.Selection, page inbox.Page) (listView, error) {
	records, err := store.Events(ctx, which, page)
	if err != nil {
		return listView{}, err
	}
	view := listView{Events: []recordView{}}
	for _, r := range records {
		view.Events = append(view.Events, viewOfRecord(r))
	}
	if len(records) > 0 && len(records) == page.Limit {
		view.Before = records[len(records)-1].ID
	}
	return view, nil
}

func (v listView) lines() string {
	var lines strings.Builder
	for _, e := range v.Events {
		fmt.Fprintf(&lines, "%6d  %-11s  %s  %-11s  %-20s  %s", e.ID, e.Status, e.ReceivedAt.Format(time.RFC3339), e.Gateway, e.Type, e.SessionID)
		if e.Reason != "" {
			fmt.Fprintf(&lines, "  %d failed: %s", e.Attempts, e.Reason)
		}
		lines.WriteString("\n")
	}
	if v.Before > 0 {
		fmt.Fprintf(&lines, "There may be more: --before %d\n", v.Before)
	}
	return lines.String()
}
