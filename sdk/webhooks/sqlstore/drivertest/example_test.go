package drivertest_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http/httptest"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func Example() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file::memory:?_pragma=busy_timeout(10000)")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	store, err := sqlstore.New(db, sqlstore.SQLite)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := store.Migrate(ctx); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := db.ExecContext(ctx, "CREATE TABLE refunds (id TEXT, amount TEXT)"); err != nil {
		fmt.Println(err)
		return
	}

	const apiKey = "vp_sk_test_example"
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret(apiKey)})
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := webhooks.NewHandler(webhooks.Vora(keys), func(ctx context.Context, event webhooks.Event) error {
		refund, ok := event.(*webhooks.RefundCreated)
		if !ok {
			return nil
		}
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
		if _, err := tx.ExecContext(ctx, "INSERT INTO refunds VALUES (?, ?)", refund.RefundID, refund.Amount.String()); err != nil {
			return err
		}
		key, token, _ := webhooks.ClaimFrom(ctx)
		if err := store.CompleteTx(ctx, tx, key, token); err != nil {
			return err
		}
		return tx.Commit()
	}, webhooks.WithStore(store))
	if err != nil {
		fmt.Println(err)
		return
	}

	for range 2 {
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, webhookstest.Vora(apiKey, webhookstest.RefundCreated()))
		fmt.Print(response.Code, " ", response.Body)
	}
	var count int
	if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM refunds").Scan(&count); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(count, "refund")
	// Output:
	// 200 {"received":true}
	// 200 {"received":true,"duplicate":true}
	// 1 refund
}
