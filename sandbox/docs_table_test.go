package sandbox_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The pages about the sandbox, for those who use it without Go.
const (
	walkPage      = "../docs/sandbox.md"
	faultsPage    = "../docs/sandbox-faults.md"
	referencePage = "../docs/sandbox-reference.md"
)

// A row of a table, by the names of its columns.
type row map[string]string

// table reads the table of the page that begins with these columns.
func table(t *testing.T, page string, columns ...string) []row {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	head := "| " + strings.Join(columns, " | ") + " |"
	_, rest, found := strings.Cut(string(text), head+"\n")
	require.True(t, found, "%s has no table %s", page, head)
	var rows []row
	for line := range strings.Lines(rest) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != len(columns) {
			break
		}
		r := row{}
		for i, cell := range cells {
			if r[columns[i]] = strings.Trim(cell, " `"); r[columns[i]] == "–" {
				r[columns[i]] = ""
			}
		}
		if !strings.HasPrefix(r[columns[0]], "---") {
			rows = append(rows, r)
		}
	}
	return rows
}
