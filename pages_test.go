package hostedpay_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/pages"
)

// What a reader pastes and runs prints what the page says. (internal/release does the same in a
// module outside of the repository.)
func TestProgramsRun(t *testing.T) {
	t.Parallel()
	found := 0
	for _, page := range markdown(t) {
		for _, program := range pages.Programs(read(t, page)) {
			if slices.Contains(quickstarts, page) {
				continue // a server: TestQuickstarts
			}
			found++
			t.Run(page, func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(t.TempDir(), "main.go")
				require.NoError(t, os.WriteFile(file, []byte(program.Code), 0o600))
				cmd := exec.CommandContext(t.Context(), "go", "run", file)
				var said bytes.Buffer
				cmd.Stderr = &said
				out, err := cmd.Output()
				require.NoError(t, err, said.String())
				require.Equal(t, program.Output, string(out))
			})
		}
	}
	require.GreaterOrEqual(t, found, 2, "one for each gateway")
}

// Every link of every page leads to a file, a heading or an https address.
func TestLinksLead(t *testing.T) {
	t.Parallel()
	for _, page := range markdown(t) {
		for _, link := range pages.Links(read(t, page)) {
			if strings.HasPrefix(link, "https://") {
				continue
			}
			file, anchor, _ := strings.Cut(link, "#")
			target := page
			if file != "" {
				target = filepath.Join(filepath.Dir(page), file)
			}
			if _, err := os.Stat(target); !assert.NoError(t, err, "%s links to %s, which is not there", page, link) || anchor == "" {
				continue
			}
			assert.True(t, slices.Contains(pages.Anchors(read(t, target)), anchor), "%s links to %s: %s has no such heading", page, link, target)
		}
	}
}

// Whoever reads README finds every page.
func TestEveryPageIsLinked(t *testing.T) {
	t.Parallel()
	links := pages.Links(read(t, "README.md"))
	for _, page := range markdown(t) {
		if filepath.Dir(page) == "docs" {
			assert.Contains(t, links, filepath.ToSlash(page), "README.md does not link %s", page)
		}
	}
}

func markdown(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md").Output()
	require.NoError(t, err)
	return strings.Fields(string(out))
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}
