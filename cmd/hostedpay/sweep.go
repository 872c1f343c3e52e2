package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
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
	ids, err := sessionList(in)
	if err != nil {
		return err
	}
	client, err := f.client(c.InOrStdin(), sdk.WithLimiter(ratelimit.New()))
	if err != nil {
		return err
	}
	return sweep(c.Context(), client, ids, func(v sweptView) error { return f.print(c.OutOrStdout(), v, v.line()) })
}

// maxLine bounds a line of a list.
const maxLine = 64 << 10

// sessionList reads the session IDs of a list, each once, in their order.
func sessionList(in io.Reader) (ids []string, err error) {
	seen := map[string]bool{}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id := line
		if strings.HasPrefix(line, "{") {
			var named struct {
				ID      string `json:"id"`
				Session string `json:"sessionId"`
				Snake   string `json:"session_id"`
			}
			if err := json.Unmarshal([]byte(line), &named); err != nil {
				return nil, fmt.Errorf("line %d of the list is no JSON object: %w", n, err)
			}
			id = named.Session + named.Snake
			if id == "" {
				id = named.ID
			}
		}
		if id == "" || strings.ContainsAny(id, " \t/,\"") {
			return nil, fmt.Errorf("line %d of the list is neither a session ID nor a JSON object with id, sessionId or session_id", n)
		}
		if !seen[id] {
			seen[id], ids = true, append(ids, id)
		}
	}
	switch {
	case lines.Err() != nil:
		return nil, fmt.Errorf("the list cannot be read as lines: %w", lines.Err())
	case len(ids) == 0:
		return nil, errors.New("the list has no session")
	}
	return ids, nil
}

// A sweptView is how a session looks under --json.
type sweptView struct {
	ID            string      `json:"id"`
	Status        vora.Status `json:"status"` // empty when it is unknown
	Minor         int64       `json:"amount,omitempty"`
	Currency      string      `json:"currency,omitempty"`
	TransactionID string      `json:"transactionId,omitempty"`
	Final         bool        `json:"final"` // nothing but refunds can happen any more
	Error         string      `json:"error,omitempty"`
	Code          sdk.Code    `json:"code,omitempty"`
}

func (v sweptView) line() string {
	if v.Error != "" {
		return fmt.Sprintf("%s  unknown  %s\n", v.ID, v.Error)
	}
	return fmt.Sprintf("%s  %s  %s\n", v.ID, v.Status, money.Minor(v.Minor, money.Currency(v.Currency)))
}

// unknownStates is the error about sessions or charges that could not be read.
func unknownStates(unknown, all int, what, next string) error {
	return exit.With(exit.Unknown, fmt.Errorf("unknown states: %d of %d %s. %s", unknown, all, what, next))
}

// sweep reads sessions in the background and shows each. A key that is rejected is rejected for all
// of them, so that the rest is not tried: each rejection counts against the rate limit.
func sweep(ctx context.Context, client *vora.Client, ids []string, show func(sweptView) error) error {
	unknown := 0
	for i, id := range ids {
		s, err := client.GetSession(ctx, id, sdk.WithBackground())
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted: %d of %d sessions were not read", len(ids)-i, len(ids))
		}
		if isRejectedKey(err) {
			return err
		}
		view := sweptView{ID: id}
		if err == nil {
			view.Status, view.Minor, view.Currency = s.Status, s.Amount.Minor(), string(s.Amount.Currency())
			view.TransactionID, view.Final = s.TransactionID, s.Status.Payment().Final()
		} else {
			unknown++
			view.Error = err.Error()
			var e *sdk.Error
			if errors.As(err, &e) {
				view.Code = e.Code
			}
		}
		if err := show(view); err != nil {
			return err
		}
	}
	if unknown > 0 {
		return unknownStates(unknown, len(ids), "sessions", "Sweep them again later")
	}
	return nil
}

// isRejectedKey reports whether the gateway rejects the API key, as it would for each session.
func isRejectedKey(err error) bool {
	return errors.Is(err, sdk.FamilyAuth) && !errors.Is(err, sdk.CodeAuthServiceUnavailable)
}
