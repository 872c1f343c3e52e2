package inbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river/rivermigrate"
)

// A Migration is one step of the schema: River's steps first, then the inbox's own.
type Migration struct {
	Name    string // "river 002 initial schema", "inbox 001 events"
	SQL     string
	Applied bool
}

// schemaSteps are the inbox's own. A step that was published never changes.
func (d dialect) schemaSteps() []Migration {
	// Keys are compared byte by byte: that is quicker than the order of a language, and stays the
	// same when the server's system is upgraded.
	timestamp, id, key := "timestamptz", "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", `text COLLATE "C"`
	if d.schema == "" {
		timestamp, id, key = "integer", "integer PRIMARY KEY AUTOINCREMENT", "text"
	}
	return []Migration{{Name: "inbox 001 events", SQL: d.write(strings.NewReplacer("{time}", timestamp, "{id}", id, "{key}", key).Replace(
		`CREATE TABLE {schema}inbox_events (
	id             {id},
	dedupe_hash    {key} NOT NULL UNIQUE,     -- SHA-256 of the dedupe key, in hexadecimal
	gateway        text NOT NULL,
	merchant_id    text NOT NULL,
	type           text NOT NULL,
	session_id     {key} NOT NULL,
	payload        text,                      -- the stored event, perhaps sealed; null once it was purged or erased
	received_at    {time} NOT NULL,
	processed_at   {time},
	quarantined_at {time},
	attempts       integer NOT NULL DEFAULT 0, -- that failed
	reason         text NOT NULL DEFAULT '',   -- why the last one failed
	discarded      integer NOT NULL DEFAULT 0  -- 1 for what somebody has decided not to process
);
CREATE TABLE {schema}inbox_failures (
	event_id  bigint NOT NULL,
	failed_at {time} NOT NULL,
	reason    text NOT NULL
);
CREATE TABLE {schema}inbox_periodic (
	name   text PRIMARY KEY,
	ran_at {time} NOT NULL -- when its last period began
);
CREATE INDEX inbox_failures_event ON {schema}inbox_failures (event_id);
CREATE INDEX inbox_events_session ON {schema}inbox_events (session_id);
CREATE INDEX inbox_events_kept ON {schema}inbox_events (processed_at) WHERE payload IS NOT NULL AND processed_at IS NOT NULL;
CREATE INDEX inbox_events_keys ON {schema}inbox_events (processed_at) WHERE payload IS NULL;
CREATE INDEX inbox_events_open ON {schema}inbox_events (received_at) WHERE ` + isOpen + `;
CREATE INDEX inbox_events_quarantined ON {schema}inbox_events (id) WHERE ` + isQuarantined + `;
CREATE INDEX inbox_events_discarded ON {schema}inbox_events (id) WHERE discarded = 1`))}}
}

// Migrations are the steps of the schema in their order, and which of them the database has. Print
// them, to see what [Database.Migrate] would do or to apply them yourself. Some of River's steps on
// SQLite need every program that uses the file to be stopped.
func (d *Database[TTx]) Migrations(ctx context.Context) ([]Migration, error) {
	migrator, err := d.migrator()
	if err != nil {
		return nil, err
	}
	applied, err := migrator.ExistingVersions(ctx)
	if err != nil {
		return nil, fmt.Errorf("inbox: the database's schema cannot be read: %w", d.explain(err))
	}
	var all []Migration
	for _, step := range migrator.AllVersions() {
		all = append(all, Migration{
			Name: fmt.Sprintf("river %03d %s", step.Version, step.Name), SQL: strings.ReplaceAll(step.SQLUp, "/* TEMPLATE: schema */", d.dialect.schema),
			Applied: slices.ContainsFunc(applied, func(a rivermigrate.Migration) bool { return a.Version == step.Version }),
		})
	}
	own, err := d.ownMigrations(ctx)
	return append(all, own...), err
}

// Migrate applies the steps that the database does not have. Several programs may call it at once.
func (d *Database[TTx]) Migrate(ctx context.Context) error {
	migrator, err := d.migrator()
	if err != nil {
		return err
	}
	if d.schema != "" {
		return d.within(ctx, acceptSide, func(tx TTx) error { // which holds the lock while River's steps run on another connection
			if err := d.run(ctx, tx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", "hostedpay inbox "+d.schema); err != nil {
				return err
			}
			return d.migrate(ctx, migrator)
		})
	}
	return d.migrate(ctx, migrator)
}

func (d *Database[TTx]) migrate(ctx context.Context, migrator *rivermigrate.Migrator[TTx]) error {
	if d.schema != "" {
		if err := d.within(ctx, workSide, func(tx TTx) error { return d.createSchema(ctx, tx) }); err != nil {
			return err
		}
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("inbox: River's schema could not be migrated: %w", err)
	}
	steps, err := d.ownMigrations(ctx)
	if err != nil {
		return err
	}
	for _, step := range steps {
		if step.Applied {
			continue
		}
		if err := d.within(ctx, workSide, func(tx TTx) error { return d.apply(ctx, tx, step) }); err != nil {
			return fmt.Errorf("inbox: migration %q failed: %w", step.Name, err)
		}
	}
	return nil
}

// createSchema creates the schema, unless it is there: IF NOT EXISTS asks for the right to create
// one all the same.
func (d *Database[TTx]) createSchema(ctx context.Context, tx TTx) error {
	found, err := d.ids(ctx, tx, "SELECT count(*) FROM pg_namespace WHERE nspname = '"+d.schema+"'")
	if err != nil || found[0] > 0 {
		return err
	}
	if err := d.run(ctx, tx, "CREATE SCHEMA "+d.schema); err != nil {
		return fmt.Errorf("inbox: the schema %s could not be created: have somebody create it for the role of the address, with AUTHORIZATION: %w", d.schema, err)
	}
	return nil
}

func (d *Database[TTx]) apply(ctx context.Context, tx TTx, step Migration) error {
	if err := d.run(ctx, tx, d.dialect.write("CREATE TABLE IF NOT EXISTS {schema}inbox_migrations (name text PRIMARY KEY, applied_at text NOT NULL)")); err != nil {
		return err
	}
	for statement := range strings.SplitSeq(step.SQL, ";\n") {
		if err := d.run(ctx, tx, statement); err != nil {
			return err
		}
	}
	return d.run(ctx, tx, d.dialect.write("INSERT INTO {schema}inbox_migrations (name, applied_at) VALUES ($1, $2)"), step.Name, time.Now().UTC().Format(time.RFC3339))
}

// ownMigrations are the inbox's steps, and which of them the database has.
func (d *Database[TTx]) ownMigrations(ctx context.Context) ([]Migration, error) {
	steps := d.dialect.schemaSteps()
	exists := "SELECT count(*) FROM sqlite_master WHERE name = 'inbox_migrations'"
	if d.schema != "" {
		exists = "SELECT count(*) FROM pg_tables WHERE schemaname = '" + d.schema + "' AND tablename = 'inbox_migrations'"
	}
	err := d.within(ctx, workSide, func(tx TTx) error {
		found, err := d.ids(ctx, tx, exists)
		if err != nil || found[0] == 0 {
			return err
		}
		return d.rows(ctx, tx, d.dialect.write("SELECT name FROM {schema}inbox_migrations"), nil, func(scan scanner) error {
			var name string
			if err := scan(&name); err != nil {
				return err
			}
			for i := range steps {
				steps[i].Applied = steps[i].Applied || steps[i].Name == name
			}
			return nil
		})
	})
	return steps, err
}

func (d *Database[TTx]) migrator() (*rivermigrate.Migrator[TTx], error) {
	return rivermigrate.New(d.driver, &rivermigrate.Config{Schema: d.schema, Logger: silent})
}

// unmigrated is the error of a statement for which the tables are missing.
func unmigrated(err error) error {
	return fmt.Errorf("inbox: the database lacks the inbox's tables: read what Migrations lists, and call Migrate: %w", err)
}

// migrated is an error that names the steps that are missing.
func (d *Database[TTx]) migrated(ctx context.Context) error {
	steps, err := d.Migrations(ctx)
	if err != nil {
		return err
	}
	var missing []string
	for _, step := range steps {
		if !step.Applied {
			missing = append(missing, step.Name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("inbox: the database lacks the migrations %s: read what Migrations lists, and call Migrate", strings.Join(missing, ", "))
	}
	return nil
}
