CREATE TABLE IF NOT EXISTS orders (
  number         INTEGER PRIMARY KEY,
  id             TEXT    NOT NULL UNIQUE,            -- random; the buyer's cookie
  product        TEXT    NOT NULL,
  amount         INTEGER NOT NULL,                   -- minor units
  currency       TEXT    NOT NULL,
  way            TEXT    NOT NULL,
  session        TEXT    UNIQUE,                     -- the gateway's; NULL until there is one
  checkout_url   TEXT    NOT NULL DEFAULT '',        -- whoever has it can see the purchase: encrypt it in a real shop
  webhook_secret TEXT    NOT NULL DEFAULT '',        -- of a VisionScope checkout; the same
  state          TEXT    NOT NULL DEFAULT 'open',    -- open, paid, failed, expired
  reason         TEXT    NOT NULL DEFAULT '',        -- of a failure, in the gateway's words
  refunded       INTEGER NOT NULL DEFAULT 0,         -- minor units
  created_at     INTEGER NOT NULL DEFAULT (unixepoch()),
  shipped_at     INTEGER                             -- NULL until the parcel has left, once
);
