package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A repository with three modules: a library, a command beside it, and examples that are never
// tagged.
var shop = map[string]string{
	"LICENSE":      "Whatever.\n",
	"README.md":    "# Shop\n<!-- before the first release -->\nNothing is released yet.\n<!-- from the first release on -->\n\nUse it.\n",
	"docs/use.md":  "# Use\n<!-- before the first release -->\nNothing is released yet.\n<!-- from the first release on -->\n\nPay.\n",
	"CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A till.\n",
	".gitignore":   "/internal/local/\n",

	"go.work":               "go 1.25.0\n\nuse (\n\t.\n\t./cmd\n\t./examples\n)\n",
	"go.mod":                "module github.com/example/shop\n\ngo 1.25.0\n",
	"till/till.go":          "package till\n\nimport \"github.com/example/shop/internal/drawer\"\n\nconst Coins = drawer.Coins\n",
	"internal/drawer/d.go":  "package drawer\n\nconst Coins = 3\n",
	"cmd/go.mod":            "module github.com/example/shop/cmd\n\ngo 1.25.0\n\nrequire github.com/example/shop v0.0.0\n\nreplace github.com/example/shop => ../\n",
	"cmd/shop/main.go":      "package main\n\nimport \"github.com/example/shop/till\"\n\nfunc main() { println(till.Coins) }\n",
	"examples/go.mod":       "module github.com/example/shop/examples\n\ngo 1.25.0\n\nrequire github.com/example/shop v0.0.0\n\nreplace github.com/example/shop => ../\n",
	"examples/sale/sale.go": "package sale\n\nimport \"github.com/example/shop/till\"\n\nconst Coins = till.Coins\n",
}

// setup is a repository with the shop's files and some in their place, and a workbench to release
// it on.
func setup(t *testing.T, version string, instead map[string]string) *workbench {
	t.Helper()
	if testing.Short() {
		t.Skip("releases are made where there is no -short")
	}
	dir := t.TempDir()
	write(t, dir, shop)
	write(t, dir, instead)
	git := func(args ...string) {
		_, err := run(t.Context(), dir, nil, "git", args...)
		require.NoError(t, err)
	}
	git("init", "--quiet", "--initial-branch=main")
	git("config", "user.name", "Shop")
	git("config", "user.email", "shop@example.com")
	git("add", ".")
	git("commit", "--quiet", "-m", "shop: a till")
	b, err := newWorkbench(t.Context(), dir, version)
	require.NoError(t, err)
	t.Cleanup(b.clear)
	b.config["GOPROXY"] = "off" // what is neither here nor in the cache is nowhere
	return b
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o750))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
}

func read(t *testing.T, names ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(names...))
	require.NoError(t, err)
	return string(text)
}

// spoil changes the release commit that was prepared, and moves the tags to it.
func spoil(t *testing.T, b *workbench, file string, change func(text string) string) {
	t.Helper()
	_, err := b.git(t.Context(), "checkout", "--quiet", "HEAD~1")
	require.NoError(t, err)
	before := read(t, b.src, file)
	after := change(before)
	require.NotEqual(t, before, after, "nothing was spoiled")
	write(t, b.src, map[string]string{file: after})
	_, err = b.git(t.Context(), "commit", "--quiet", "--all", "-m", "spoiled")
	require.NoError(t, err)
	require.NoError(t, b.tag(t.Context(), published(b.modules)...))
}

func withoutLine(word string) func(string) string {
	return func(text string) string {
		var kept strings.Builder
		for line := range strings.Lines(text) {
			if !strings.Contains(line, word) {
				kept.WriteString(line)
			}
		}
		return kept.String()
	}
}
