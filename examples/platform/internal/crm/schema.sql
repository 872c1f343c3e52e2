CREATE TABLE IF NOT EXISTS crm_orders (
	tenant TEXT NOT NULL,
	id TEXT NOT NULL,
	customer TEXT NOT NULL,
	product TEXT NOT NULL,
	amount BIGINT NOT NULL, -- in minor units
	currency TEXT NOT NULL,
	gateway TEXT NOT NULL,
	created BIGINT NOT NULL, -- in microseconds, as all times
	served BIGINT, -- when the customer got what was paid for; empty until then
	PRIMARY KEY (tenant, id)
);
CREATE INDEX IF NOT EXISTS crm_orders_latest ON crm_orders (tenant, created);
CREATE TABLE IF NOT EXISTS crm_timeline (
	tenant TEXT NOT NULL,
	order_id TEXT NOT NULL, -- empty for what concerns the tenant
	happened BIGINT NOT NULL,
	written BIGINT NOT NULL, -- the order of lines that happened at the same time
	kind TEXT NOT NULL,
	line TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS crm_timeline_order ON crm_timeline (tenant, order_id, happened)
