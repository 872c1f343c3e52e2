package inbox

import (
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
)

// gap is what may stand between the words of a statement, and around them.
const gap = `(?:[\s;]|--[^\n]*(?:\n|$)|/\*(?:[^*]|\*+[^*/])*\*+/)*`

// ends are statements that end a transaction.
var ends = regexp.MustCompile(strings.ReplaceAll(`(?is)^_(?:(?:COMMIT|END|ROLLBACK|ABORT)\b(?:_(?:WORK|TRANSACTION)\b)?(?:_AND_(?:NO_)?CHAIN)?|PREPARE_TRANSACTION\b.*?)_$`, "_", gap))

// endsTransaction looks at a statement, or at the last one of several in one string.
func endsTransaction(sql string) bool {
	last := strings.LastIndexByte(strings.TrimRight(sql, "; \t\r\n"), ';') + 1
	return ends.MatchString(sql) || last > 0 && ends.MatchString(sql[last:])
}

// ownSavepoint is in a statement that takes a savepoint of the handler's own.
var ownSavepoint = regexp.MustCompile(`(?i)\bSAVEPOINT\b`)

// mayEnd reports whether a statement may end the transaction, which endsTransaction cannot see: in
// the midst of several, or when it is rewritten. So does one that takes a savepoint: what is marked
// after it could be rolled back to it, before another one ends the transaction.
func mayEnd(sql string, args []any) bool {
	for _, arg := range args {
		switch arg.(type) {
		case pgx.NamedArgs, pgx.StrictNamedArgs:
		case pgx.QueryRewriter:
			return true
		}
	}
	return strings.Contains(strings.TrimRight(sql, "; \t\r\n"), ";") || ownSavepoint.MatchString(sql)
}
