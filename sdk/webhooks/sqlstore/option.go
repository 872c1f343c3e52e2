package sqlstore

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// An Option changes a store.
type Option func(*config)

type config struct{ table string }

// defaultTable is the name of the table without [WithTable].
const defaultTable = "hostedpay_webhook_events"

// WithTable names the table; the default is hostedpay_webhook_events. A name has letters, digits
// and underscores, 48 at the maximum, and is quoted: in PostgreSQL upper and lower case differ.
// PostgreSQL and MySQL take "schema.table" too.
func WithTable(name string) Option { return func(c *config) { c.table = name } }

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,47}$`)

func build(d Dialect, opts []Option) (statements, error) {
	s, err := d.statements()
	if err != nil {
		return statements{}, err
	}
	c := config{table: defaultTable}
	for _, apply := range opts {
		apply(&c)
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
