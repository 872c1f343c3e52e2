package inbox

import (
	"strconv"
	"strings"
)

// A filter is the conditions of a statement about events, and their arguments. Only those that are
// set are in it: for "any, or this one" SQLite uses no index.
type filter struct {
	write func(statement string) string
	where []string
	args  []any
}

// when adds a condition on one argument, which is $1 in it.
func (f *filter) when(set bool, condition string, arg any) {
	if !set {
		return
	}
	f.args = append(f.args, arg)
	f.where = append(f.where, strings.ReplaceAll(f.write(condition), "$1", "$"+strconv.Itoa(len(f.args))))
}

// statement is one that begins so, with the conditions and what comes after them.
func (f *filter) statement(begin, end string) string {
	return begin + " WHERE " + strings.Join(f.where, " AND ") + " " + f.write(end)
}

// filter begins with a condition on no argument.
func (d *Database[TTx]) filter(which Selection, condition string) *filter {
	f := &filter{write: d.dialect.write, where: []string{condition}}
	f.when(which.IDs != nil, "id {list}", d.list(which.IDs))
	f.when(which.Gateway != "", "gateway = $1", storable(string(which.Gateway)))
	f.when(which.MerchantID != "", "merchant_id = $1", storable(which.MerchantID))
	f.when(which.Type != "", "type = $1", storable(which.Type))
	f.when(which.SessionID != "", "session_id = $1", storable(which.SessionID))
	f.when(!which.Since.IsZero(), "received_at >= {at $1}", micros(which.Since))
	return f
}

const isQuarantined = "quarantined_at IS NOT NULL"

// condition selects the events of a status; none for one that there is not.
func (s Status) condition() string {
	switch s {
	case "":
		return "true"
	case StatusWaiting:
		return isOpen
	case StatusQuarantined:
		return isQuarantined
	case StatusProcessed:
		return "processed_at IS NOT NULL AND discarded = 0"
	case StatusDiscarded:
		return "discarded = 1"
	}
	return "false"
}
