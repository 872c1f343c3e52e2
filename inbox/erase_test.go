package inbox_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
)

// A failure that is recorded while another process is through with its event, and a person erases
// it, does not stay behind.
func TestErasingBesideAFailure(t *testing.T) {
	t.Parallel()
	db, conn := migratedPostgreSQL(t)
	schema := schemaOf(t, conn)
	_, err := conn.Exec(t.Context(), `CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(hashtext(TG_TABLE_SCHEMA)); RETURN NULL; END $$;
CREATE TRIGGER pause AFTER INSERT ON inbox_failures FOR EACH ROW EXECUTE FUNCTION `+schema+`.pause();
SELECT pg_advisory_lock(hashtext(current_schema()))`)
	require.NoError(t, err)
	box := start(t, db, inbox.WithBackoff(func(int) time.Duration { return time.Hour }))
	require.Equal(t, 200, deliver(box, "vp_cs_test_bad"))
	waiting := func() (n int) {
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%' || current_schema() || '.inbox_events%'").Scan(&n))
		return n
	}
	require.Eventually(t, func() bool { return waiting() == 1 }, inTime, 10*time.Millisecond, "the failure is written, and not committed")

	another := connect(t, postgresAddress(), schema)
	erased := make(chan error, 1)
	go func() { erased <- processAndErase(t, db, another, schema) }()
	require.Eventually(t, func() bool { return waiting() == 2 || len(erased) == 1 }, inTime, 10*time.Millisecond)
	_, err = conn.Exec(t.Context(), "SELECT pg_advisory_unlock(hashtext(current_schema()))")
	require.NoError(t, err)
	require.NoError(t, <-erased)
	require.NoError(t, box.Stop(t.Context()))
	var left int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM inbox_failures").Scan(&left))
	require.Zero(t, left)
}

func processAndErase(t *testing.T, db *inbox.Database[pgx.Tx], conn *pgx.Conn, schema string) error {
	t.Helper()
	if _, err := conn.Exec(t.Context(), "UPDATE "+schema+".inbox_events SET processed_at = now()"); err != nil {
		return err
	}
	_, err := db.EraseBySession(t.Context(), "vp_cs_test_bad")
	return err
}
