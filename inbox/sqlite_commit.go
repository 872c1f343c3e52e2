package inbox

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync/atomic"

	sqlitedriver "modernc.org/sqlite"
)

// A guarded connector opens the connection that handlers get, for which SQLite makes a rollback of
// each commit while guard is set: of the Commit of a sql.Tx, of a statement, and of what a handler
// still writes after a statement that failed has rolled back its transaction.
type guarded struct {
	driver.Connector
	guard *atomic.Bool
}

func (g guarded) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := g.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(guardable)
	if !ok {
		return nil, errors.Join(errors.New("inbox: this version of modernc.org/sqlite has no hooks for commits: use the one of the inbox's go.mod"), opened.Close())
	}
	g.guard.Store(false)
	conn.RegisterCommitHook(func() int32 {
		if g.guard.Load() {
			return 1
		}
		return 0
	})
	return &guardedConn{conn, g.guard}, nil
}

// guardable is what a connection of the driver can do, as far as it is used.
type guardable interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
	sqlitedriver.HookRegisterer
}

type guardedConn struct {
	guardable
	guard *atomic.Bool
}

// ResetSession is called when the connection is used by the next one: a handler that ended its
// transaction has set the guard for nobody else.
func (c *guardedConn) ResetSession(ctx context.Context) error {
	c.guard.Store(false)
	return c.guardable.ResetSession(ctx)
}
