package sqlstore

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// An Option changes a store.
type Option func(*config)

type config struct {
	table       string
	retention   time.Duration
	purgeFailed func(error)
}

// defaultTable is the name of the table without [WithTable].
const defaultTable = "hostedpay_webhook_events"

// WithTable names the table; the default is hostedpay_webhook_events. A name has letters, digits
// and underscores, 48 at the maximum, and is quoted: in PostgreSQL upper and lower case differ.
// PostgreSQL and MySQL take "schema.table" too.
func WithTable(name string) Option { return func(c *config) { c.table = name } }

// WithRetention has the store purge by itself what was done longer ago than this, a few rows at a
// time, in the background of a claim and at most once an hour, in each process. It must be an hour
// or more; days are usual. failed, which may be nil, is called with what went wrong; the next hour
// tries again. Without this option call [Store.Purge] from a job of yours.
func WithRetention(d time.Duration, failed func(error)) Option {
	return func(c *config) {
		c.retention, c.purgeFailed = d, failed
		if d == 0 {
			c.retention = -1
		}
	}
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,47}$`)

func configured(opts []Option) config {
	c := config{table: defaultTable}
	for _, apply := range opts {
		apply(&c)
	}
	return c
}

func (c config) build(d Dialect) (statements, error) {
	s, err := d.statements()
	if err != nil {
		return statements{}, err
	}
	parts := strings.Split(c.table, ".")
	for _, part := range parts {
		if !identifier.MatchString(part) {
			return statements{}, fmt.Errorf("sqlstore: %q is not a valid table name: use letters, digits and underscores, 48 at the maximum, and no digit first", c.table)
		}
	}
	switch {
	case len(parts) > 2:
		return statements{}, fmt.Errorf("sqlstore: %q is not a valid table name: only one dot is allowed, between schema and table", c.table)
	case len(parts) == 2 && d == SQLite:
		return statements{}, errors.New("sqlstore: SQLite tables are named without a schema")
	}
	return s.about(d, c.table), nil
}
