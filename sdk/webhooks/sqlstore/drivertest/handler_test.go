package drivertest_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const apiKey = "vp_sk_test_drivertest"

// A shop writes what it did into a table that allows duplicates, in the transaction that completes
// the event.
type shop struct {
	db      *sql.DB
	store   *sqlstore.Store
	effects string // the table's name
	handler *webhooks.Handler
	// What goes wrong, at the places where it can. A nil one does not.
	beforeCommit, afterCommit func(context.Context) error
}

func newShop(t *testing.T, d database, opts ...webhooks.HandlerOption) *shop {
	t.Helper()
	name := newName()
	s := openShop(t, d, d.open(t, filepath.Join(t.TempDir(), name)), name)
	s.handler = newHandler(t, s.store, s.work, opts...)
	return s
}

func newHandler(t *testing.T, store webhooks.Store, work webhooks.EventFunc, opts ...webhooks.HandlerOption) *webhooks.Handler {
	t.Helper()
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret(apiKey)})
	require.NoError(t, err)
	handler, err := webhooks.NewHandler(webhooks.Vora(keys), work, append([]webhooks.HandlerOption{webhooks.WithStore(store)}, opts...)...)
	require.NoError(t, err)
	return handler
}

// openShop opens the shop of this name, without a handler. The end of the test removes it.
func openShop(t *testing.T, d database, db *sql.DB, name string) *shop {
	t.Helper()
	s := &shop{db: db, store: d.over(t, db, name), effects: name + "_effects"}
	d.exec(t, db, "CREATE TABLE IF NOT EXISTS "+s.effects+" (what VARCHAR(100) NOT NULL)")
	t.Cleanup(func() { d.exec(t, db, "DROP TABLE "+s.effects) })
	return s
}

func (s *shop) work(ctx context.Context, event webhooks.Event) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
	if err := s.write(ctx, tx, event); err != nil {
		return err
	}
	key, token, _ := webhooks.ClaimFrom(ctx)
	if err := s.store.CompleteTx(ctx, tx, key, token); err != nil {
		return err
	}
	if s.beforeCommit != nil {
		if err := s.beforeCommit(ctx); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if s.afterCommit != nil {
		return s.afterCommit(ctx)
	}
	return nil
}

// write writes the effect of an event.
func (s *shop) write(ctx context.Context, to interface {
	ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
}, event webhooks.Event) error {
	what := event.Info().Type
	if refund, ok := event.(*webhooks.RefundCreated); ok {
		what = refund.RefundID
	}
	_, err := to.ExecContext(ctx, "INSERT INTO "+s.effects+" (what) VALUES ('"+what+"')")
	return err
}

// done is what the shop did, in no order.
func (s *shop) done(t *testing.T) []string {
	t.Helper()
	rows, err := s.db.QueryContext(t.Context(), "SELECT what FROM "+s.effects)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	done := []string{}
	for rows.Next() {
		var what string
		require.NoError(t, rows.Scan(&what))
		done = append(done, what)
	}
	require.NoError(t, rows.Err())
	return done
}

// deliver delivers an event once.
func (s *shop) deliver(body []byte, signed time.Time) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	s.handler.ServeHTTP(response, webhookstest.Vora(apiKey, body, webhookstest.At(signed)))
	return response
}

// deliverAll delivers events at once, each until it is taken, as a gateway does: a busy machine may
// need longer than the shop's deadline, and that answer is no loss.
func (s *shop) deliverAll(t *testing.T, bodies ...[]byte) {
	t.Helper()
	statuses := make([]int, len(bodies))
	var deliveries sync.WaitGroup
	for i, body := range bodies {
		deliveries.Go(func() {
			for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
				if statuses[i] = s.deliver(body, time.Now()).Code; statuses[i] == http.StatusOK {
					return
				}
			}
		})
	}
	deliveries.Wait()
	for _, status := range statuses {
		require.Equal(t, http.StatusOK, status)
	}
}

func TestExactlyThreeEffects(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		s := newShop(t, d)
		sale := webhookstest.SessionSucceeded()
		one, other := webhookstest.RefundCreated(webhookstest.Set("refundId", "re_1")), webhookstest.RefundCreated(webhookstest.Set("refundId", "RE_1"))
		deliveries := [][]byte{sale, other}
		for range 10 {
			deliveries = append(deliveries, one)
		}
		s.deliverAll(t, deliveries...)
		require.ElementsMatch(t, []string{"session.succeeded", "re_1", "RE_1"}, s.done(t))

		for _, body := range [][]byte{sale, one, other} { // with a new time, in the signature's header and in the body
			require.JSONEq(t, `{"received":true,"duplicate":true}`, s.deliver(body, time.Now().Add(25*time.Second)).Body.String())
		}
		require.JSONEq(t, `{"received":true,"duplicate":true}`, s.deliver(webhookstest.SessionSucceeded(webhookstest.HappenedAt(time.Now())), time.Now()).Body.String())
		require.Len(t, s.done(t), 3)
	})
}

func TestTheDeliveryAfterAFailureDoesTheWorkOnce(t *testing.T) {
	t.Parallel()
	failures := map[string]func(context.Context) error{
		"error": func(context.Context) error { return errors.New("out of stock") },
		"panic": func(context.Context) error { panic("out of stock") },
		"timeout": func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		},
		"timeout that the function ignores": func(ctx context.Context) error {
			<-ctx.Done()
			return nil
		},
	}
	each(t, usual(), func(t *testing.T, d database) {
		for name, fail := range failures {
			t.Run(name+" before the commit", func(t *testing.T) {
				t.Parallel()
				s := newShop(t, d, webhooks.WithTimeout(500*time.Millisecond))
				s.beforeCommit = fail
				if s.deliver(webhookstest.SessionSucceeded(), time.Now()).Code == http.StatusOK {
					// A function that ignores its deadline may still commit before the transaction
					// has heard of it.
					require.Contains(t, name, "ignores")
					require.Len(t, s.done(t), 1)
				} else {
					require.Empty(t, s.done(t), "rolled back")
				}

				s.beforeCommit = nil
				deliveries := make([][]byte, 10)
				for i := range deliveries {
					deliveries[i] = webhookstest.SessionSucceeded()
				}
				s.deliverAll(t, deliveries...)
				require.Len(t, s.done(t), 1)
			})
			t.Run(name+" after the commit", func(t *testing.T) {
				t.Parallel()
				s := newShop(t, d, webhooks.WithTimeout(500*time.Millisecond))
				s.afterCommit = fail
				first := s.deliver(webhookstest.SessionSucceeded(), time.Now()).Code
				require.Contains(t, []int{http.StatusOK, http.StatusInternalServerError}, first)
				require.Len(t, s.done(t), 1)

				s.afterCommit = nil
				s.deliverAll(t, webhookstest.SessionSucceeded(), webhookstest.SessionSucceeded())
				require.Len(t, s.done(t), 1)
			})
		}
	})
}
