package inbox

import (
	"context"
	"database/sql/driver"

	sqlitedriver "modernc.org/sqlite"
)

// A remembering connector opens connections that prepare each statement once: half of the time of a
// history would go into reading the same statements again.
type remembering struct{ source string }

func (c remembering) Driver() driver.Driver { return &sqlitedriver.Driver{} }

func (c remembering) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.Driver().Open(c.source)
	if err != nil {
		return nil, err
	}
	return &rememberingConn{conn.(sqliteConn), map[string]driver.Stmt{}}, nil
}

// sqliteConn is what the driver's connections can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.SessionResetter
	driver.Validator
}

type rememberingConn struct {
	sqliteConn
	statements map[string]driver.Stmt
}

func (c *rememberingConn) statement(ctx context.Context, query string) (driver.Stmt, error) {
	if known := c.statements[query]; known != nil {
		return known, nil
	}
	made, err := c.PrepareContext(ctx, query)
	if err == nil {
		c.statements[query] = made
	}
	return made, err
}

func (c *rememberingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (c *rememberingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.(driver.StmtQueryContext).QueryContext(ctx, args)
}

func (c *rememberingConn) Close() error {
	for _, s := range c.statements {
		_ = s.Close()
	}
	return c.sqliteConn.Close()
}
