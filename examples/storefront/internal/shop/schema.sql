CREATE TABLE IF NOT EXISTS orders (
  number         INTEGER PRIMARY KEY,
  visitor        TEXT    NOT NULL,                   -- random; the buyer's cookie
  purchase       TEXT    NOT NULL,                   -- random; of the buy form
  product        TEXT    NOT NULL,
  amount         INTEGER NOT NULL,                   -- minor units
  currency       TEXT    NOT NULL,
  gateway        TEXT    NOT NULL,                   -- vora, visionscope
  way            TEXT    NOT NULL,                   -- how its checkout is shown
  session        TEXT,                               -- the gateway's; NULL until there is one
  checkout_url   TEXT    NOT NULL DEFAULT '',        -- whoever has it can see the purchase: encrypt it in a real shop
  webhook_secret TEXT    NOT NULL DEFAULT '',        -- of the order's VisionScope checkouts, from the start; the same
  state          TEXT    NOT NULL DEFAULT 'open',    -- open, paid, failed, expired
  payment        TEXT    NOT NULL DEFAULT '{}',      -- all that is known about it, JSON
  reason         TEXT    NOT NULL DEFAULT '',        -- of a failure, in the gateway's words
  refunded       INTEGER NOT NULL DEFAULT 0,         -- minor units
  created_at     INTEGER NOT NULL,
  shipped_at     INTEGER,                            -- NULL until the parcel has left, once for a purchase
  UNIQUE (purchase, gateway),
  UNIQUE (gateway, session)
);

-- Secrets of the shop's own, which outlive a restart.
CREATE TABLE IF NOT EXISTS own_secrets (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
