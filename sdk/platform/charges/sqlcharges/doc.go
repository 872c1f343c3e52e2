// Package sqlcharges keeps charges in PostgreSQL, MySQL, MariaDB or SQLite, with database/sql and
// the driver of yours.
//
//	store, err := sqlcharges.New(db, sqlstore.PostgreSQL, cipher)
//	…
//	err = store.Migrate(ctx) // or put sqlcharges.Schema into your migrations
//	book, err := charges.New("crm", store, gatewayOf)
//
// The addresses of pages are encrypted with the cipher: whoever can read the table cannot open
// them. Everything else can be read, as JSON.
//
// With [Store.InTx] a charge changes together with what it means, for example with the completion
// of the event that changed it.
package sqlcharges
