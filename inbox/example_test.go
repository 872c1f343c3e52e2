package inbox_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"

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
