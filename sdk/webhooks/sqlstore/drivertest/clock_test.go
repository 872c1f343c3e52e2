package drivertest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// In a synctest bubble it is the year 2000: a machine whose clock is decades behind, with a server
// that knows better. Between it and a machine whose clock is right a lease must hold, and end.
// (SQLite's server is the machine itself.)
func TestTwoMachinesThatDisagreeOnTheTime(t *testing.T) {
	t.Parallel()
	each(t, usual()[:2], func(t *testing.T, d database) {
		name := newName()
		_, present := d.store(t, name)
		claim := func(store *sqlstore.Store, key string, lease time.Duration) claimed {
			claim, err := ask(t.Context(), store, key, lease)
			require.NoError(t, err)
			return claim
		}
		held := claim(present, "the present's", time.Minute)
		short := claim(present, "the present's, for short", 100*time.Millisecond)
		var done claimed

		synctest.Test(t, func(t *testing.T) {
			require.Equal(t, 2000, time.Now().UTC().Year())
			db := d.open(t, "")
			past, err := sqlstore.New(db, d.dialect, sqlstore.WithTable(name))
			require.NoError(t, err)
			defer func() { require.NoError(t, db.Close()) }()

			require.Equal(t, webhooks.StateInFlight, claim(past, "the present's", time.Minute).State)
			require.Equal(t, webhooks.StateNew, claim(past, "the past's", time.Minute).State)
			require.Equal(t, webhooks.StateNew, claim(past, "the past's, for short", 100*time.Millisecond).State)
			done = claim(past, "done", time.Minute)
			require.NoError(t, past.Complete(t.Context(), "done", done.Token))

			// Time stands still here while something is happening, and goes on over there.
			tries := 0
			for claim(past, "the present's, for short", time.Minute).State != webhooks.StateNew {
				tries++
				require.Less(t, tries, 1_000_000)
			}
			n, err := past.Purge(t.Context(), time.Hour)
			require.NoError(t, err)
			require.Zero(t, n)
		})

		require.Equal(t, webhooks.StateInFlight, claim(present, "the past's", time.Minute).State)
		require.Equal(t, webhooks.StateDone, claim(present, "done", time.Minute).State)
		require.Eventually(t, func() bool {
			return claim(present, "the past's, for short", time.Minute).State == webhooks.StateNew
		}, 30*time.Second, 5*time.Millisecond)
		n, err := present.Purge(t.Context(), time.Minute)
		require.NoError(t, err)
		require.Zero(t, n, "nothing is a minute old")

		require.NoError(t, present.Complete(t.Context(), "the present's", held.Token))
		require.ErrorIs(t, present.Complete(t.Context(), "the present's, for short", short.Token), webhooks.ErrClaimLost)
	})
}

// Sessions of one database may be in different zones, and a zone may change its offset while a
// lease runs.
func TestSessionsInDifferentZones(t *testing.T) {
	t.Parallel()
	postgres, mariaDB := usual()[0], usual()[1]
	for name, zones := range map[string][2]database{
		"PostgreSQL": {withParams(postgres, "timezone=Pacific/Kiritimati"), withParams(postgres, "timezone=Pacific/Pago_Pago")},
		"MariaDB":    {withParams(mariaDB, "time_zone=%27%2B13:00%27"), withParams(mariaDB, "time_zone=%27-12:00%27")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := newName()
			_, east := zones[0].store(t, table)
			_, west := zones[1].store(t, table)
			for direction, pair := range map[string][2]*sqlstore.Store{"eastwards": {west, east}, "westwards": {east, west}} {
				for key, lease := range map[string]time.Duration{direction + " long": time.Minute, direction + " short": 100 * time.Millisecond} {
					claim, err := ask(t.Context(), pair[0], key, lease)
					require.NoError(t, err)
					require.Equal(t, webhooks.StateNew, claim.State)
				}
				claim, err := ask(t.Context(), pair[1], direction+" long", time.Minute)
				require.NoError(t, err)
				require.Equal(t, webhooks.StateInFlight, claim.State)
				require.Eventually(t, func() bool {
					claim, err := ask(t.Context(), pair[1], direction+" short", time.Minute)
					return err == nil && claim.State == webhooks.StateNew
				}, 30*time.Second, 5*time.Millisecond)
			}
		})
	}
}

// A session whose clock stands still, in the past or in the future, takes nothing from the others,
// and the others take nothing from it.
func TestMySQLSessionsWhoseClockStandsStill(t *testing.T) {
	t.Parallel()
	for year, stamp := range map[string]string{"2000": "946684800", "2033": "1988150400"} {
		t.Run(year, func(t *testing.T) {
			t.Parallel()
			table := newName()
			_, usually := usual()[1].store(t, table)
			store, err := sqlstore.New(withParams(usual()[1], "timestamp="+stamp).open(t, ""), sqlstore.MySQL, sqlstore.WithTable(table))
			require.NoError(t, err)
			claim := func(store *sqlstore.Store, key string, lease time.Duration) claimed {
				claim, err := ask(t.Context(), store, key, lease)
				require.NoError(t, err)
				return claim
			}
			claim(usually, "theirs", time.Minute)
			require.Equal(t, webhooks.StateInFlight, claim(store, "theirs", time.Minute).State)
			held := claim(store, "held", time.Minute)
			require.Equal(t, webhooks.StateInFlight, claim(usually, "held", time.Minute).State)
			require.NoError(t, store.Extend(t.Context(), "held", held.Token, time.Minute))
			require.Equal(t, webhooks.StateInFlight, claim(usually, "held", time.Minute).State)

			for _, of := range []*sqlstore.Store{usually, store} {
				short := claim(of, "short", 100*time.Millisecond)
				require.Equal(t, webhooks.StateNew, short.State)
				require.Eventually(t, func() bool {
					return claim(store, "short", 100*time.Millisecond).State == webhooks.StateNew
				}, 30*time.Second, 5*time.Millisecond)
				require.Eventually(t, func() bool {
					short = claim(usually, "short", time.Minute)
					return short.State == webhooks.StateNew
				}, 30*time.Second, 5*time.Millisecond)
				require.NoError(t, usually.Release(t.Context(), "short", short.Token))
			}

			require.NoError(t, complete(t, store, "done"))
			require.NoError(t, complete(t, usually, "done by others"))
			for _, of := range []*sqlstore.Store{usually, store} {
				n, err := of.Purge(t.Context(), time.Hour)
				require.NoError(t, err)
				require.Zero(t, n, "nothing is an hour old")
			}
			require.Eventually(t, func() bool {
				n, err := store.Purge(t.Context(), 0)
				require.NoError(t, err)
				return n == 2
			}, 30*time.Second, 5*time.Millisecond)
		})
	}
}

func withParams(d database, params string) database {
	d.params = params
	return d
}
