CREATE TABLE IF NOT EXISTS "hostedpay_webhook_events" (
	key_hash  TEXT    NOT NULL PRIMARY KEY, -- SHA-256 of the key, in hexadecimal
	event_key TEXT    NOT NULL,             -- the key, for people: ASCII, cut to 1024 characters
	token     TEXT    NOT NULL,             -- of the claim
	done      INTEGER NOT NULL,
	ends_at   INTEGER NOT NULL              -- milliseconds since 1970: when the lease ends, or when the event was done
);

CREATE INDEX IF NOT EXISTS "hostedpay_webhook_events_ends_at" ON "hostedpay_webhook_events" (ends_at);
