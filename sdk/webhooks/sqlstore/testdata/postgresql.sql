CREATE TABLE IF NOT EXISTS "hostedpay_webhook_events" (
	key_hash  text        PRIMARY KEY, -- SHA-256 of the key, in hexadecimal
	event_key text        NOT NULL,    -- the key, for people: ASCII, cut to 1024 characters
	token     text        NOT NULL,    -- of the claim
	done      boolean     NOT NULL,
	ends_at   timestamptz NOT NULL     -- when the lease ends, or when the event was done
);

CREATE INDEX IF NOT EXISTS "hostedpay_webhook_events_ends_at" ON "hostedpay_webhook_events" (ends_at);
