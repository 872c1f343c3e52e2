package crm

import (
	"context"
	"time"
)

// A line says what happened to an order, or to a tenant. No line has a secret in it.
type line struct {
	At   time.Time
	Kind lineKind
	Text string
}

// A lineKind says who or what caused a line.
type lineKind string

const (
	byPlatform lineKind = "platform" // somebody at the platform, or the program itself
	byBuyer    lineKind = "buyer"
	byGateway  lineKind = "gateway" // its events, and what it says when it is asked
	concern    lineKind = "concern" // a person should look at it
)

// timeline is what happened, tenant by tenant.
type timeline struct {
	db  queryer
	now func() time.Time
}

// add writes a line; order is empty for what concerns the tenant.
func (t timeline) add(ctx context.Context, tenant, order string, kind lineKind, text string) error {
	_, err := t.db.ExecContext(ctx, "INSERT INTO crm_timeline (tenant, order_id, happened, written, kind, line) VALUES ($1, $2, $3, $4, $5, $6)",
		tenant, order, t.now().UnixMicro(), time.Now().UnixNano(), string(kind), text)
	return err
}

// of lists the lines of an order, or of what concerns the tenant, the oldest first.
func (t timeline) of(ctx context.Context, tenant, order string) (lines []line, err error) {
	rows, err := t.db.QueryContext(ctx, `SELECT happened, kind, line FROM crm_timeline
WHERE tenant = $1 AND order_id = $2 ORDER BY happened, written`, tenant, order)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var l line
		var at int64
		if err := rows.Scan(&at, &l.Kind, &l.Text); err != nil {
			return nil, err
		}
		l.At = time.UnixMicro(at).UTC()
		lines = append(lines, l)
	}
	return lines, rows.Err()
}
