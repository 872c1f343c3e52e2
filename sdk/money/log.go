package money

import "log/slog"

// LogValue logs the amount as a group of "minor" and "currency", the members of
// its JSON, so that logs can be searched and added up by machine.
func (a Amount) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Int64(minorMember, a.minor),
		slog.String(currencyMember, string(a.currency)),
	)
}
