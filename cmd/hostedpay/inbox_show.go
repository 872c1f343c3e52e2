package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/internal/redact"
)

func inboxShowCommand() *cobra.Command {
	var f storeCaller
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show an event, and the attempts that failed",
		Long: `Show prints what the inbox says about an event, why each attempt failed, and whether its body is
there. It prints no body, which may have what belongs to a buyer.`,
		Args: verb.Argument("ID"),
		RunE: func(c *cobra.Command, args []string) error {
			ids, err := eventIDs(args)
			if err != nil {
				return verb.Usage(c, err)
			}
			store, err := f.open(c)
			if err != nil {
				return err
			}
			defer store.Close()
			view, err := showRecord(c.Context(), store, ids[0])
			if err != nil {
				return err
			}
			return f.print(c.OutOrStdout(), view, view.lines())
		},
	}
	f.register(c)
	return c
}

// eventIDs reads IDs of events, each once.
func eventIDs(args []string) ([]int64, error) {
	var ids []int64
	for _, arg := range args {
		id, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || id < 1 {
			return nil, fmt.Errorf("%q is not the ID of an event: inbox list prints them", arg)
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// A shownView is how one event looks under --json.
type shownView struct {
	recordView
	Body     string        `json:"body"` // kept, erased, or why it cannot be read
	Failures []failureView `json:"failures"`
}

// A failureView is an attempt that failed.
type failureView struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

func showRecord(ctx context.Context, store eventStore, id int64) (shownView, error) {
	records, err := store.Events(ctx, inbox.Selection{IDs: []int64{id}}, inbox.Page{})
	if err != nil {
		return shownView{}, err
	}
	if len(records) == 0 {
		return shownView{}, fmt.Errorf("%w: %d", inbox.ErrNotFound, id)
	}
	failed, err := store.Failures(ctx, id)
	if err != nil {
		return shownView{}, err
	}
	view := shownView{recordView: viewOfRecord(records[0]), Body: "kept", Failures: []failureView{}}
	for _, f := range failed {
		view.Failures = append(view.Failures, failureView{f.At, redact.New().Line(f.Reason)})
	}
	_, err = store.Event(ctx, id)
	switch {
	case errors.Is(err, inbox.ErrNoBody):
		view.Body = "erased"
	case err != nil:
		view.Body = "not readable here: " + redact.New().Line(err.Error())
	}
	return view, nil
}

func (v shownView) lines() string {
	text := rowsOf(row{"event", strconv.FormatInt(v.ID, 10)}, row{"status", string(v.Status)}, row{"gateway", v.Gateway}, row{"type", v.Type},
		row{"session", v.SessionID}, row{"merchant", v.MerchantID}, row{"received", v.ReceivedAt.Format(time.RFC3339)}, row{"body", v.Body}, row{"reason", v.Reason})
	for _, f := range v.Failures {
		text += rowsOf(row{"failed", f.At.Format(time.RFC3339) + "  " + f.Reason})
	}
	return text
}
