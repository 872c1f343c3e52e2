package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// An event is acknowledged once it is durable, and worked on afterwards.
func ExampleNew() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "inbox")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, err := inbox.SQLite(filepath.Join(dir, "events.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		fmt.Println(err)
		return
	}
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret("vp_sk_test_example")})
	if err != nil {
		fmt.Println(err)
		return
	}
	shipped := make(chan string)
	box, err := inbox.New(webhooks.Vora(keys), db, inbox.Work[*sql.Tx]{Outside: func(_ context.Context, event webhooks.Event) error {
		shipped <- event.Info().SessionID
		return nil
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := box.Start(ctx); err != nil {
		fmt.Println(err)
		return
	}

	response := httptest.NewRecorder()
	box.ServeHTTP(response, webhookstest.Vora("vp_sk_test_example", webhookstest.SessionSucceeded(webhookstest.SessionID("vp_cs_test_1"))))
	fmt.Println(response.Code)
	fmt.Println(<-shipped)
	fmt.Println(box.Stop(ctx))

	events, err := db.Events(ctx, inbox.Selection{SessionID: "vp_cs_test_1"}, inbox.Page{})
	fmt.Println(events[0].Type, events[0].Status, err)
	// Output:
	// 200
	// vp_cs_test_1
	// <nil>
	// session.succeeded processed <nil>
}

// A table of your own is in the inbox's file: InTx writes to it, and a [sql.DB] of your own makes
// and reads it.
func ExampleSQLite() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "inbox")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "events.db")
	db, err := inbox.SQLite(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		fmt.Println(err)
		return
	}
	shop, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = shop.Close() }()
	if _, err := shop.ExecContext(ctx, "CREATE TABLE parcels (session TEXT PRIMARY KEY, cents INTEGER)"); err != nil {
		fmt.Println(err)
		return
	}
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret("vp_sk_test_example")})
	if err != nil {
		fmt.Println(err)
		return
	}
	box, err := inbox.New(webhooks.Vora(keys), db, inbox.Work[*sql.Tx]{InTx: func(ctx context.Context, tx *sql.Tx, event webhooks.Event) error {
		paid, ok := event.(*webhooks.SessionSucceeded)
		if !ok {
			return nil
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO parcels VALUES ($1, $2)", paid.SessionID, paid.Amount.Minor())
		return err
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := box.Start(ctx); err != nil {
		fmt.Println(err)
		return
	}

	response := httptest.NewRecorder()
	box.ServeHTTP(response, webhookstest.Vora("vp_sk_test_example", webhookstest.SessionSucceeded(webhookstest.SessionID("vp_cs_test_1"))))
	fmt.Println(response.Code)
	var parcel string
	for parcel == "" { // the work comes after the response
		err := shop.QueryRowContext(ctx, "SELECT session || ' ' || cents FROM parcels").Scan(&parcel)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			fmt.Println(err)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println(parcel)
	fmt.Println(box.Stop(ctx))
	// Output:
	// 200
	// vp_cs_test_1 1499
	// <nil>
}
