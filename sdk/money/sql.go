package money

import (
	"database/sql/driver"
	"fmt"
)

// Value writes the amount for a database column: the string that [Amount.MarshalJSON] writes, which
// fits columns of type text, JSON and JSONB, or NULL for the zero value. Together with
// [Amount.Scan] it implements [driver.Valuer] and [database/sql.Scanner]. To sum amounts in the
// database, keep [Amount.Minor] and the currency in columns of their own.
//
// The error matches [ErrUnknownCurrency].
func (a Amount) Value() (driver.Value, error) {
	if a.IsZero() {
		return nil, nil
	}
	text, err := a.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return string(text), nil
}

// Scan reads what [Amount.Value] wrote. NULL is the zero value. A number is an error, because it
// does not say whether it counts minor or major units, nor of which currency.
//
// The error matches [ErrSyntax], [ErrOverflow] or [ErrUnknownCurrency], and leaves a as it was.
func (a *Amount) Scan(column any) error {
	switch column := column.(type) {
	case nil:
		*a = Amount{}
		return nil
	case string:
		return a.UnmarshalJSON([]byte(column))
	case []byte:
		return a.UnmarshalJSON(column)
	}
	return fmt.Errorf(`%w: a column of type %T cannot be read as an amount: store what Value writes, {"minor":1499,"currency":"USD"}`, ErrSyntax, column)
}
