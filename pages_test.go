package hostedpay_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

// A page that says which test shows something names it with its folder, and it is there.
func TestTestsOnPagesExist(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile("`([a-z][a-z0-9/]*)\\.((?:Test|Fuzz)\\w+)`")
	for _, page := range markdown(t) {
		for _, test := range named.FindAllStringSubmatch(read(t, page), -1) {
			assert.True(t, hasTest(t, test[1], test[2]), "%s: there is no %s in %s", page, test[2], test[1])
		}
	}
	_, threats, found := strings.Cut(read(t, "docs/security.md"), "| threat | what holds against it | shown by | what is left |\n|---|---|---|---|\n")
	require.True(t, found)
	threats, _, _ = strings.Cut(threats, "\n\n")
	for row := range strings.Lines(threats) {
		assert.Regexp(t, named, strings.Split(row, " | ")[2], "docs/security.md: no test shows: %s", row)
	}
}

// hasTest reports whether a folder has a test.
func hasTest(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(folder), "*_test.go"))
	require.NoError(t, err)
	return slices.ContainsFunc(files, func(file string) bool { return strings.Contains(read(t, file), "\nfunc "+name+"(") })
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
