package shop

import (
	"database/sql"

	_ "modernc.org/sqlite" // the driver
)

// OpenFile opens a database that stays. synchronous(FULL), because a gateway never repeats an event that was answered: what
// a webhook has committed must survive a power cut, and with NORMAL and a write-ahead log it need not.
func OpenFile(path string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
}

// OpenInMemory opens a database that is gone when it is closed.
func OpenInMemory() (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file::memory:?_txlock=immediate")
	if err == nil {
		db.SetMaxOpenConns(1) // each connection would have a memory of its own
	}
	return db, err
}
