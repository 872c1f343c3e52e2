package inbox

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// A PostgreSQLOption changes how PostgreSQL is used.
type PostgreSQLOption func(*postgresOptions)

type postgresOptions struct {
	schema  string
	pooling bool
	accept  int32
}

// WithSchema keeps the tables of events and jobs in another schema than hostedpay_inbox. The schema
// has to be the inbox's alone: River's maintenance discards jobs that it does not know.
func WithSchema(name string) PostgreSQLOption { return func(o *postgresOptions) { o.schema = name } }

// WithTransactionPooling is for a PgBouncer in transaction mode between the program and the
// database: nothing is prepared on a connection, and jobs are polled for, because notifications do
// not come through.
func WithTransactionPooling() PostgreSQLOption {
	return func(o *postgresOptions) { o.pooling = true }
}

// WithAcceptConnections sets how many connections accept events; the default is 2. They are beside
// those of the workers, whose max is pool_max_conns of the address.
func WithAcceptConnections(n int) PostgreSQLOption {
	return func(o *postgresOptions) { o.accept = int32(min(max(n, 0), 1<<16)) }
}

const defaultSchema = "hostedpay_inbox"

var schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,45}$`)

// PostgreSQL is for any number of machines. The address is a URL or keywords, as pgx reads them. No
// connection is made before the first use. An address or a schema that cannot be used is an error.
func PostgreSQL(ctx context.Context, address string, opts ...PostgreSQLOption) (*Database[pgx.Tx], error) {
	o := postgresOptions{schema: defaultSchema, accept: 2}
	for _, apply := range opts {
		apply(&o)
	}
	switch {
	case !schemaName.MatchString(o.schema):
		return nil, fmt.Errorf("inbox: the schema name %q is invalid: use lower-case letters, digits and underscores, 46 at most", o.schema)
	case o.accept < 1:
		return nil, errors.New("inbox: WithAcceptConnections needs at least 1 connection")
	}
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, errors.New("inbox: the address of PostgreSQL cannot be read: write it as postgres://user:password@host:5432/name") // err has the password
	}
	poll := time.Second
	if o.pooling {
		config.ConnConfig.DefaultQueryExecMode, poll = pgx.QueryExecModeCacheDescribe, 50*time.Millisecond
	}
	acceptConfig := config.Copy()
	acceptConfig.MaxConns, acceptConfig.MinConns = o.accept, 0
	p := &postgres{wake: fmt.Sprintf(`SELECT pg_notify('%s.river_insert', '{"queue": "%s"}')`, o.schema, queue)}
	if p.accept, err = pgxpool.NewWithConfig(ctx, acceptConfig); err != nil {
		return nil, err
	}
	if p.work, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		p.accept.Close()
		return nil, err
	}
	db := &Database[pgx.Tx]{
		engine: p, driver: riverpgxv5.New(p.work), dialect: postgresDialect(o.schema), schema: o.schema,
		pollOnly: o.pooling, poll: poll, flushers: int(o.accept), workers: 8, close: func() { p.work.Close(); p.accept.Close() },
	}
	return db.finish()
}

func postgresDialect(schema string) dialect {
	return dialect{
		schema: schema + ".",
		at:     "(timestamptz 'epoch' + CAST({} AS bigint) * interval '1 microsecond')",
		micros: "CAST(EXTRACT(epoch FROM {}) * 1000000 AS bigint)",
		list:   "= ANY(CAST($1 AS bigint[]))",
		live: `SELECT CAST(id.value AS bigint) FROM {schema}river_job job, unnest(string_to_array(job.args->>'ids', ',')) AS id(value)
	WHERE job.kind = 'hostedpay_inbox' AND job.state NOT IN ('completed', 'cancelled', 'discarded')`,
		lock: "FOR UPDATE", free: "FOR UPDATE SKIP LOCKED",
		// Sorted, so that two nodes with the same events do not wait for each other; durable, even
		// where synchronous_commit is off.
		insert: `INSERT INTO {schema}inbox_events (dedupe_hash, gateway, merchant_id, type, session_id, payload, received_at)
SELECT h, g, m, t, s, p, {at $7}
FROM unnest(CAST($1 AS text[]), CAST($2 AS text[]), CAST($3 AS text[]), CAST($4 AS text[]), CAST($5 AS text[]), CAST($6 AS text[])) AS e(h, g, m, t, s, p)
WHERE current_setting('synchronous_commit') <> 'off' OR set_config('synchronous_commit', 'on', true) <> ''
ORDER BY h ON CONFLICT (dedupe_hash) DO NOTHING RETURNING dedupe_hash, id`,
	}
}

type postgres struct {
	accept, work *pgxpool.Pool
	wake         string // the statement that notifies the workers, as River does
}

func (p *postgres) begin(ctx context.Context, by side) (pgx.Tx, error) {
	if by == acceptSide {
		return p.accept.Begin(ctx)
	}
	return p.work.Begin(ctx)
}

func (p *postgres) commit(ctx context.Context, tx pgx.Tx) error { return tx.Commit(ctx) }

func (p *postgres) rollback(tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = tx.Rollback(ctx) // a connection that fails here is closed, which rolls back too
}

func (p *postgres) abort(tx pgx.Tx) { _ = tx.Conn().PgConn().Conn().Close() }

func (p *postgres) parts(tx pgx.Tx, mark func(context.Context, []int64) error) parts[pgx.Tx] {
	return &lazy{tx: tx, mark: mark}
}

func (p *postgres) run(ctx context.Context, tx pgx.Tx, statement string, args ...any) error {
	_, err := tx.Exec(ctx, statement, args...)
	return err
}

func (p *postgres) rows(ctx context.Context, tx pgx.Tx, statement string, args []any, each func(scanner) error) error {
	rows, err := tx.Query(ctx, statement, args...)
	return scanAll(rows, err, each)
}

// scanAll reads what Query has returned.
func scanAll(rows pgx.Rows, err error, each func(scanner) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (p *postgres) list(ids []int64) any { return ids }

func (p *postgres) rowsFault(err error) bool {
	code := sqlState(err)
	return strings.HasPrefix(code, "22") || strings.HasPrefix(code, "23")
}

func (p *postgres) conflict(err error) bool {
	code := sqlState(err)
	return code == "40001" || code == "40P01"
}

func (p *postgres) explain(err error) error {
	switch code := sqlState(err); {
	case code == "42P01" && strings.Contains(err.Error(), "inbox_events"):
		return unmigrated(err)
	case code == "42P05", code == "26000":
		return fmt.Errorf("inbox: a pooler such as PgBouncer in transaction mode is between the program and PostgreSQL: add inbox.WithTransactionPooling: %w", err)
	}
	return err
}

func sqlState(err error) string {
	var failed *pgconn.PgError
	if errors.As(err, &failed) {
		return failed.Code
	}
	return ""
}
