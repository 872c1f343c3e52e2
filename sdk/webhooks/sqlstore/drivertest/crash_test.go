package drivertest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/crash"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// Whatever process dies when, nothing that was acknowledged is lost, and no event has two effects.
func TestProcessesThatAreKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("processes are killed where there is no -short")
	}
	each(t, usual(), func(t *testing.T, d database) {
		crash.Run(t, crash.Size(t), func(t *testing.T, name string, midway func()) crash.Shop {
			_, shop := d.crashing(t, name, midway)
			return shop
		}).Check(t)
	})
}

// crashing is a shop of several processes, which commits each effect together with its event.
func (d database) crashing(t *testing.T, name string, midway func()) (*shop, crash.Shop) {
	t.Helper()
	s := openShop(t, d, d.open(t, fileOf(t, name)), name)
	s.beforeCommit = func(context.Context) error {
		midway()
		return nil
	}
	return s, crash.Shop{Store: s.store, Work: s.work, Effects: s.counted, ExactlyOnce: true}
}

// counted is how often the shop did what.
func (s *shop) counted(ctx context.Context) (map[string]int, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT what, COUNT(*) FROM "+s.effects+" GROUP BY what")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	counted := map[string]int{}
	for rows.Next() {
		var what string
		var n int
		if err := rows.Scan(&what, &n); err != nil {
			return nil, err
		}
		counted[what] = n
	}
	return counted, rows.Err()
}

// A run that no shop fails proves nothing: each of these has a fault, and the run says which.
func TestShopsThatDoNotSurvive(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("processes are killed where there is no -short")
	}
	const never = time.Hour
	d := usual()[2]
	for name, test := range map[string]struct {
		plan  func(*crash.Plan)
		spoil func(s *shop, broken *crash.Shop, midway func())
		want  string
	}{
		"acknowledged before the commit": {
			spoil: func(s *shop, broken *crash.Shop, _ func()) {
				broken.Work = func(ctx context.Context, event webhooks.Event) error {
					time.AfterFunc(300*time.Millisecond, func() { _ = s.work(context.WithoutCancel(ctx), event) })
					return nil
				}
			},
			want: "events were acknowledged and have no effect",
		},
		"completed outside of the transaction": {
			spoil: func(s *shop, broken *crash.Shop, midway func()) {
				broken.Work = func(ctx context.Context, event webhooks.Event) error {
					defer midway()
					return s.write(ctx, s.db, event)
				}
			},
			want: "events have more than one effect",
		},
		"a store that gives everybody the event": {
			plan: func(p *crash.Plan) { p.KillEvery, p.Work = never, 10*p.Work }, // duplicates are enough
			spoil: func(s *shop, broken *crash.Shop, _ func()) {
				broken.Store = generous{s.store}
				broken.Work = func(ctx context.Context, event webhooks.Event) error { return s.write(ctx, s.db, event) }
			},
			want: "events have more than one effect",
		},
		"a lease that outlives the last delivery": {
			plan: func(p *crash.Plan) { p.Lease, p.Work, p.Bars = 10*time.Second, 5*p.Work, true },
			want: "of the deliveries were given up, more than 0.50 %",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := crash.Short()
			if test.plan != nil {
				test.plan(&plan)
			}
			report := crash.Run(t, plan, func(t *testing.T, name string, midway func()) crash.Shop {
				s, shop := d.crashing(t, name, midway)
				if test.spoil != nil {
					test.spoil(s, &shop, midway)
				}
				return shop
			})
			require.Contains(t, strings.Join(report.Faults(), "\n"), test.want)
		})
	}
}

// A generous store gives everybody the event until it is done, and takes back what it has given.
type generous struct{ *sqlstore.Store }

func (s generous) Claim(ctx context.Context, key, token string, lease time.Duration) (webhooks.State, error) {
	state, err := s.Store.Claim(ctx, key, token, lease)
	if err == nil && state == webhooks.StateInFlight {
		state = webhooks.StateNew
	}
	return state, err
}
