package inbox_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// A connection that is lost is the reason, and no fault of the handler.
func TestAConnectionThatIsLost(t *testing.T) {
	t.Parallel()
	for name, afterwards := range map[string]func(ctx context.Context, tx pgx.Tx) error{
		"fails":    func(context.Context, pgx.Tx) error { return errStock },
		"succeeds": func(context.Context, pgx.Tx) error { return nil },
		"swallows the error": func(ctx context.Context, tx pgx.Tx) error {
			_, _ = tx.Exec(ctx, "SELECT 1")
			return nil
		},
	} {
		t.Run("the handler "+name, func(t *testing.T) {
			t.Parallel()
			db, of, _ := parcelsOf(t)
			another := connect(t, postgresAddress(), "public")
			_, records := together(t, db, inTime, func(ctx context.Context, tx pgx.Tx, session string) error {
				if err := of.insert(ctx, tx, session); err != nil {
					return err
				}
				if _, err := another.Exec(ctx, "SELECT pg_terminate_backend($1, 10000)", int32(tx.Conn().PgConn().PID())); err != nil {
					return err
				}
				return afterwards(ctx, tx)
			}, "vp_cs_test_a")
			reason := records["vp_cs_test_a"].Reason
			require.Regexp(t, "terminating connection|connection was closed", reason)
			require.NotContains(t, reason, "leave Commit and Rollback to the inbox")
			require.NotContains(t, reason, "context canceled")
		})
	}
}
