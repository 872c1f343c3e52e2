// Package inbox makes events durable before it acknowledges them, and works on them afterwards, on
// one machine or on many. The engine is River (riverqueue.com), on SQLite or PostgreSQL.
//
//	database, err := inbox.SQLite("events.db")      // or inbox.PostgreSQL(ctx, "postgres://…")
//	err = database.Migrate(ctx)                     // on demand, never on its own
//	box, err := inbox.New(verifier, database, inbox.Work[*sql.Tx]{InTx: ship})
//	err = box.Start(ctx)
//	http.Handle("POST /webhooks/vora", box)
//
// An event is acknowledged when it and the job that works on it are committed, in one transaction.
// A redelivery of an event is acknowledged without a second job. When the database cannot be
// reached the response is 503, and the gateway delivers the event again.
//
// Work is done in a transaction or outside of one. [Work.InTx] takes part in the transaction that
// marks its event as processed: what it writes there happens exactly once, whatever crashes.
// [Work.Outside] is for what talks to others: it happens at least once. Events come in any order,
// and two of one session may be worked on at the same time; package orders makes the same state of
// them in any order.
//
// The module is young: it has no release yet. Tests kill its processes at any moment, and
// PostgreSQL itself, and find each event that was acknowledged processed, and what InTx wrote once.
//
// What fails is tried again, with growing pauses. What keeps failing, or cannot be read, is
// quarantined with the reason, until [Database.Replay] gives it another chance.
package inbox
