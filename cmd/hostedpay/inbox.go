package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/terminal"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func inboxCommand() *cobra.Command {
	return verb.Group("inbox", "List, show, replay and discard the events of an inbox",
		inboxListCommand(), inboxShowCommand(), inboxReplayCommand(), inboxDiscardCommand())
}

// An eventStore is the database of an inbox, of either kind.
type eventStore interface {
	Events(ctx context.Context, which inbox.Selection, page inbox.Page) ([]inbox.Record, error)
	Event(ctx context.Context, id int64) (webhooks.Event, error)
	Failures(ctx context.Context, id int64) ([]inbox.Failure, error)
	Replay(ctx context.Context, which inbox.Selection) (int, error)
	Repeat(ctx context.Context, which inbox.Selection) (int, error)
	Discard(ctx context.Context, ids ...int64) (int, error)
	Migrations(ctx context.Context) ([]inbox.Migration, error)
	Close()
}

// A storeCaller has the flags of every verb that opens an inbox.
type storeCaller struct {
	caller   // for its print alone: nothing is called
	database databaseSource
	schema   string
	pooling  bool
}

func (f *storeCaller) register(c *cobra.Command) {
	f.database = databaseSource{what: "database of the inbox", flag: "database", variable: "HOSTEDPAY_INBOX_DATABASE"}
	f.database.register(c)
	c.Flags().StringVar(&f.schema, "schema", "", "schema of PostgreSQL (default: hostedpay_inbox)")
	c.Flags().BoolVar(&f.pooling, "transaction-pooling", false, "there is a PgBouncer in transaction mode before PostgreSQL")
	f.registerJSON(c)
}

// open opens the database that the flags, or the environment, name.
func (f *storeCaller) open(c *cobra.Command) (eventStore, error) {
	address, err := f.database.read(c)
	if err != nil {
		return nil, err
	}
	store, err := f.openAt(c.Context(), address)
	if err != nil {
		return nil, err
	}
	if err := checkSchema(c.Context(), store); err != nil {
		store.Close()
		return nil, err
	}
	return store, nil
}

func (f *storeCaller) openAt(ctx context.Context, address string) (eventStore, error) {
	if !isPostgreSQL(address) {
		return inbox.SQLite(address)
	}
	var opts []inbox.PostgreSQLOption
	if f.schema != "" {
		opts = append(opts, inbox.WithSchema(f.schema))
	}
	if f.pooling {
		opts = append(opts, inbox.WithTransactionPooling())
	}
	return inbox.PostgreSQL(ctx, address, opts...)
}

// checkSchema requires every migration: another version of the inbox has other tables.
func checkSchema(ctx context.Context, store eventStore) error {
	steps, err := store.Migrations(ctx)
	if err != nil {
		return err
	}
	for _, step := range steps {
		if !step.Applied {
			return fmt.Errorf("the database lacks the inbox's migration %q: is it the inbox's, of this version? On PostgreSQL, is --schema the program's?", step.Name)
		}
	}
	return nil
}

// selectionFlags choose events.
type selectionFlags struct {
	which          inbox.Selection
	gateway, since string
}

func (f *selectionFlags) register(c *cobra.Command) {
	c.Flags().StringVar(&f.gateway, "gateway", "", "only of this gateway: "+strings.Join(gatewayIDs(), " or "))
	c.Flags().StringVar(&f.which.MerchantID, "merchant", "", "only of this merchant")
	c.Flags().StringVar(&f.which.Type, "type", "", "only of this type, such as session.succeeded")
	c.Flags().StringVar(&f.which.SessionID, "session", "", "only of this session")
	c.Flags().StringVar(&f.since, "since", "", "only what was received since then: a time such as 2026-04-21T13:18:14Z, or how long ago, such as 24h")
	verb.Complete(c, "gateway", gatewayIDs)
	verb.Complete(c, "type", contract.EventTypes)
}

func gatewayIDs() (ids []string) {
	for _, g := range gateways() {
		ids = append(ids, string(g.id))
	}
	return ids
}

// read returns the selection of the flags.
func (f *selectionFlags) read(c *cobra.Command) (inbox.Selection, error) {
	which := f.which
	if f.gateway != "" {
		which.Gateway = sdk.Gateway(f.gateway)
		if err := oneOf("gateway", f.gateway, gatewayIDs()); err != nil {
			return which, verb.Usage(c, err)
		}
	}
	if f.since == "" {
		return which, nil
	}
	if ago, err := time.ParseDuration(f.since); err == nil && ago > 0 {
		which.Since = time.Now().Add(-ago)
		return which, nil
	}
	at, err := time.Parse(time.RFC3339, f.since)
	if err != nil {
		return which, verb.Usage(c, errors.New("--since must be a time in RFC 3339, such as 2026-04-21T13:18:14Z, or how long ago, such as 24h"))
	}
	which.Since = at
	return which, nil
}

// sure asks before something that cannot be taken back.
func sure(c *cobra.Command, yes bool, question string) error {
	if yes {
		return nil
	}
	person, ok := terminal.Of(c.InOrStdin(), c.ErrOrStderr())
	if !ok {
		return verb.Usage(c, errors.New("nobody can be asked without a terminal: confirm with --yes"))
	}
	said, err := person.Ask(c.Context(), question+" [y/N] ")
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if word := strings.ToLower(strings.TrimSpace(said)); word != "y" && word != "yes" {
		return errors.New("nothing was changed: that was not a yes")
	}
	return nil
}

// missed is why something was done to n of the events that were named, and not to all of them.
func missed(ctx context.Context, store eventStore, ids []int64, done string, n int, where string) error {
	var unknown []string
	for some := range slices.Chunk(ids, 1000) { // of a page, at most
		records, err := store.Events(ctx, inbox.Selection{IDs: some}, inbox.Page{Limit: len(some)})
		if err != nil {
			return err
		}
		for _, id := range some {
			if !slices.ContainsFunc(records, func(r inbox.Record) bool { return r.ID == id }) {
				unknown = append(unknown, strconv.FormatInt(id, 10))
			}
		}
	}
	none := "there is no event " + strings.Join(unknown, ", ")
	switch done = fmt.Sprintf("%s of %d events", done, len(ids)); {
	case len(unknown) == 0:
		return fmt.Errorf("%s: the rest is not %s; hostedpay inbox show ID has the status of each", done, where)
	case n+len(unknown) == len(ids):
		return fmt.Errorf("%s: %s; hostedpay inbox list prints the IDs", done, none)
	}
	return fmt.Errorf("%s: %s, and the rest is not %s; hostedpay inbox list prints the IDs, with the status of each", done, none, where)
}
