package inbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
)

// A stray is found among many events that wait, in a time that grows as they do, and not as their
// square.
func TestAStrayAmongMany(t *testing.T) {
	t.Parallel()
	db, conn := migratedPostgreSQL(t)
	for _, statement := range []string{
		`INSERT INTO inbox_events (dedupe_hash, gateway, merchant_id, type, session_id, payload, received_at)
SELECT n, 'vora', 'm', 'session.succeeded', 's', '{}', now() - interval '1 hour' FROM generate_series(1, 80000) AS n`,
		`INSERT INTO river_job (state, queue, kind, args, max_attempts, scheduled_at)
SELECT 'scheduled', 'hostedpay_inbox', 'hostedpay_inbox', jsonb_build_object('ids', id::text), 1000, now() + interval '1 day' FROM inbox_events WHERE dedupe_hash <> '17'`,
		"ANALYZE inbox_events", "ANALYZE river_job",
	} {
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	start(t, db)
	require.Contains(t, settled(t, db, inbox.StatusQuarantined, 1)[0].Reason, "its job is gone")
}
