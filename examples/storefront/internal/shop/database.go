package shop

import (
	"database/sql"

	_ "modernc.org/sqlite" // the driver
)

// OpenFile opens a database file. It sets synchronous(FULL): a gateway never redelivers an event
// that was accepted, so what a webhook has committed must survive a power cut, which NORMAL with a
// write-ahead log does not guarantee.
func OpenFile(path string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
}

// OpenInMemory opens a database that is lost when it is closed.
func OpenInMemory() (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file::memory:?_txlock=immediate")
	if err == nil {
		db.SetMaxOpenConns(1) // each connection would have a database of its own
	}
	return db, err
}
