package floors_test

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// A gateway's client is in every room that tries all clients: a forgotten one would be tried for
// neither secrets, nor failures, nor leaks.
func TestEveryClientIsInEveryRoom(t *testing.T) {
	t.Parallel()
	for _, room := range []string{"completeness", "leak", "misuse", "scenario", "sentinel"} {
		files, err := filepath.Glob(filepath.Join("..", room, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files, "internal/test/%s", room)
		imported := map[string]bool{}
		for _, file := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			require.NoError(t, err)
			for _, spec := range parsed.Imports {
				imported[spec.Path.Value] = true
			}
		}
		for _, gateway := range contract.Gateways() {
			client := `"github.com/hostedpay/hostedpay-go/sdk/` + gateway.ID + `"`
			assert.True(t, imported[client], "internal/test/%s does not try the client of %s", room, client)
		}
	}
}

// A package of many files is one for a reason, which ARCHITECTURE.md gives.
func TestLargePackagesHaveAReason(t *testing.T) {
	t.Parallel()
	const maxFiles = 12
	root := filepath.Join("..", "..", "..")
	text, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "| package | why it is one |\n|---|---|\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n\n")
	reasons := map[string]bool{} // by folder: whether it is needed
	for row := range strings.Lines(table) {
		for _, folder := range regexp.MustCompile("`([a-z/]+)`").FindAllStringSubmatch(strings.Split(row, " | ")[0], -1) {
			reasons[folder[1]] = false
		}
	}
	for _, folder := range packageFolders(t, root) {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(folder), "*.go"))
		require.NoError(t, err)
		files = slices.DeleteFunc(files, func(file string) bool {
			return strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, ".gen.go")
		})
		if len(files) <= maxFiles {
			continue
		}
		_, given := reasons[folder]
		assert.True(t, given, "package %s has %d files, more than %d: give the reason in ARCHITECTURE.md, or split it", folder, len(files), maxFiles)
		reasons[folder] = true
	}
	for folder, needed := range reasons {
		assert.True(t, needed, "ARCHITECTURE.md gives a reason for %s, which has at most %d files", folder, maxFiles)
	}
}

// A file that is long has more than one idea.
func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	const maxLines = 400
	root := filepath.Join("..", "..", "..")
	for _, folder := range packageFolders(t, root) {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(folder), "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, ".gen.go") {
				continue
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.LessOrEqual(t, bytes.Count(text, []byte("\n")), maxLines, "%s/%s has too many lines: split it by its ideas", folder, filepath.Base(file))
		}
	}
}
