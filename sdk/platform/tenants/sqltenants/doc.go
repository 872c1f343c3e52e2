// Package sqltenants keeps tenants in PostgreSQL, MySQL, MariaDB or SQLite, with database/sql and
// the driver of yours.
//
//	store, err := sqltenants.New(db, sqlstore.PostgreSQL, cipher)
//	…
//	err = store.Migrate(ctx) // or put sqltenants.Schema into your migrations
//	directory, err := tenants.NewDirectory(store)
//
// Credentials are encrypted with the cipher: whoever can read the table can use none of them.
// Everything else can be read, as JSON. To rotate the key of the cipher, put a new one in front of
// it, call [tenants.Directory.Reseal], and take the old one away.
package sqltenants
