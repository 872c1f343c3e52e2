package drivertest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/sandboxtest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges/sqlcharges"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

var chargePurchase = platform.Purchase{Amount: money.Minor(1499, "USD"), ReturnURL: "https://crm.example.com/return"}

// Processes are killed at every step of a charge, and others go on: exactly one page is ever shown
// for a charge, every session that is paid is known to it, and a second one is reported. Vora has
// exactly one session.
func TestChargesOfProcessesThatAreKilled(t *testing.T) {
	t.Parallel()
	if told := os.Getenv(chargeVariable); told != "" {
		var p chargeProcess
		require.NoError(t, json.Unmarshal([]byte(told), &p))
		p.work(t)
		return
	}
	if testing.Short() {
		t.Skip("processes are killed where there is no -short")
	}
	each(t, usual(), func(t *testing.T, d database) {
		for _, gateway := range []sdk.Gateway{sdk.GatewayVora, sdk.GatewayVisionScope} {
			t.Run(string(gateway), func(t *testing.T) {
				t.Parallel()
				c := openCrashing(t, d, gateway)
				c.everyStep("pay", 5, c.paying)
				c.everyStep("take", 2, c.taking)
				if gateway == sdk.GatewayVora {
					c.everyStep("refund", 2, c.refunding)
				}
			})
		}
	})
}

// A crashing is a platform whose processes are killed, over one table, and the gateways, which
// live.
type crashing struct {
	*sandboxtest.Gateways
	t     *testing.T
	store *sqlcharges.Store
	first chargeProcess // what all of them are told
	made  int           // orders

	mu     sync.Mutex
	events []webhooks.StoredEvent
}

func openCrashing(t *testing.T, d database, gateway sdk.Gateway) *crashing {
	t.Helper()
	c := &crashing{t: t, Gateways: sandboxtest.Start(t)}
	c.first = chargeProcess{Database: d.name, Table: newName(), Gateway: gateway, API: c.URL}
	c.first.File = fileOf(t, c.first.Table)
	db := d.open(t, c.first.File)
	store, err := sqlcharges.New(db, d.dialect, newCipher(t), sqlcharges.WithTable(c.first.Table))
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	t.Cleanup(func() {
		d.exec(t, db, "DROP TABLE IF EXISTS "+c.first.Table+"_names")
		d.exec(t, db, "DROP TABLE IF EXISTS "+c.first.Table)
	})
	c.store = store

	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	c.first.Hooks = server.URL
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(sandbox.Acme.Vora.SecretKey)})
	require.NoError(t, err)
	clock := webhooks.WithClock(c.Now)
	handler, err = webhooks.NewHandler(webhooks.Any(webhooks.Vora(keys, clock), webhooks.VisionScope(chargeRoutes(t, server.URL), clock)), c.keep)
	require.NoError(t, err)
	require.NoError(t, c.SetWebhookURL(sandbox.Acme.ID, server.URL))
	return c
}

// keep keeps an event for the process that takes it.
func (c *crashing) keep(_ context.Context, event webhooks.Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, webhooks.NewStoredEvent(event))
	return nil
}

// take is the events that were kept.
func (c *crashing) take() (kept []webhooks.StoredEvent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, c.events = c.events, nil
	return kept
}

// everyStep kills a process at each of its steps, before and after it, until one lives: each has an
// order of its own.
func (c *crashing) everyStep(do string, atLeast int, test func(victim chargeProcess) (killed bool)) {
	c.t.Helper()
	for _, late := range []bool{false, true} {
		killed := 0
		for step := 1; ; step++ {
			c.made++
			p := c.first
			p.Order, p.Now, p.Do, p.Step, p.Late = fmt.Sprintf("order-%d", c.made), c.Now(), do, step, late
			if !test(p) {
				break
			}
			killed++
		}
		require.GreaterOrEqual(c.t, killed, atLeast, "%s, late %t", do, late)
	}
}

// paying: the one page is shown by the process or by the one after it.
func (c *crashing) paying(p chargeProcess) bool {
	c.t.Helper()
	before := len(c.Sessions())
	shown := map[string]bool{}
	page, killed := p.run(c.t)
	if page != "" {
		shown[page] = true
	}
	charge := c.restarted(p)
	shown[charge.Current().CheckoutURL.Reveal()] = true
	require.Len(c.t, shown, 1, "%+v", p)
	require.Len(c.t, charge.Attempts, 1)
	made := c.Sessions()[before:]
	if p.Gateway == sdk.GatewayVora {
		require.Len(c.t, made, 1, "%+v", p)
	}
	for _, session := range made { // those too that nobody was ever shown
		c.Open(sdk.NewSecret(session.CheckoutURL)).Pay(buyer.CardApproved)
	}
	charge = c.told(p)
	require.Equal(c.t, platform.StatusApproved, charge.Status(), "%+v", p)
	require.Len(c.t, charge.State.Sessions, len(made), "every payment is known")
	if len(made) > 1 {
		require.Contains(c.t, charge.State.Problems, orders.ProblemPaidTwice)
	} else {
		require.True(c.t, charge.State.MayShip())
	}
	return killed
}

// taking: an event that a process died of is taken by the next one, once.
func (c *crashing) taking(p chargeProcess) bool {
	c.t.Helper()
	c.Open(c.restarted(p).Current().CheckoutURL).Pay(buyer.CardApproved)
	c.Advance(time.Minute)
	kept := c.take()
	require.Len(c.t, kept, 1)
	p.Event = &kept[0]
	_, killed := p.run(c.t)
	c.mu.Lock()
	c.events = append(c.events, kept...) // it comes again
	c.mu.Unlock()
	charge := c.told(p)
	require.True(c.t, charge.State.MayShip(), "%+v", p)
	require.Len(c.t, charge.State.Sessions, 1)
	return killed
}

// refunding: what is asked for again is asked for once.
func (c *crashing) refunding(p chargeProcess) bool {
	c.t.Helper()
	charge := c.restarted(p)
	c.Open(charge.Current().CheckoutURL).Pay(buyer.CardApproved)
	c.told(p)
	_, killed := p.run(c.t)
	p.Step = 0
	_, again := p.run(c.t)
	require.False(c.t, again)
	charge, err := c.store.Load(c.t.Context(), chargeTenant, p.Order)
	require.NoError(c.t, err)
	require.Len(c.t, charge.Refunds, 1, "%+v", p)
	require.Zero(c.t, charge.Refundable().Minor())
	_, err = c.Refund(charge.Current().PaymentID, 0)
	require.NoError(c.t, err)
	charge = c.told(p)
	require.Equal(c.t, platform.StatusRefunded, charge.Status())
	require.Equal(c.t, charges.RefundSucceeded, charge.Refunds[0].Status)
	return killed
}

// restarted is the charge after another process has gone on with it, when nobody is asking the
// gateway any more.
func (c *crashing) restarted(p chargeProcess) charges.Charge {
	c.t.Helper()
	c.Advance(2 * time.Minute)
	p.Now = c.Now()
	charge, err := p.book(c.t, c.store, &victim{}).Pay(c.t.Context(), chargeTenant, p.Order, chargePurchase)
	require.NoError(c.t, err)
	require.Equal(c.t, platform.StatusPending, charge.Status())
	return charge
}

// told is the charge after all events have come, each of them twice.
func (c *crashing) told(p chargeProcess) (charge charges.Charge) {
	c.t.Helper()
	c.Advance(time.Minute)
	book := p.book(c.t, c.store, &victim{})
	kept := c.take()
	for _, stored := range append(kept, kept...) {
		event, err := webhooks.TrustStoredEvent(stored)
		require.NoError(c.t, err)
		charge, _, err = book.Take(c.t.Context(), chargeTenant, event)
		require.NoError(c.t, err)
	}
	return charge
}
