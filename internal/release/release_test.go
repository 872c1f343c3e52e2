package main

import (
	"crypto/sha256"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReleaseIsOneCommitWithEveryTag(t *testing.T) {
	t.Parallel()
	b := setup(t, "v0.1.0", nil)
	require.NoError(t, b.prepare(t.Context()))
	require.NoError(t, b.prove(t.Context()))
	require.NoError(t, b.adopt(t.Context()))

	git := func(args ...string) string {
		out, err := run(t.Context(), b.origin, nil, "git", args...)
		require.NoError(t, err)
		return out
	}
	require.Equal(t, "cmd/v0.1.0\nv0.1.0", git("tag", "--points-at", "HEAD~1"))
	require.Equal(t, "cmd/v0.1.0\nv0.1.0", git("tag"), "examples are never tagged")
	require.Equal(t, "release: back to the workspace\nrelease: v0.1.0\nshop: a till", git("log", "--format=%s"))

	released := git("show", "v0.1.0:cmd/go.mod")
	require.Contains(t, released, "require github.com/example/shop v0.1.0")
	require.NotContains(t, released, "replace")
	require.Contains(t, git("show", "v0.1.0:cmd/go.sum"), "github.com/example/shop v0.1.0 h1:")
	require.Contains(t, git("show", "v0.1.0:examples/go.mod"), "replace", "what is never tagged stays in the workspace")
	require.Contains(t, git("show", "v0.1.0:CHANGELOG.md"), "## [Unreleased]\n\n## [0.1.0] - 2")
	require.Equal(t, "# Shop\nUse it.", git("show", "v0.1.0:README.md"))

	require.Equal(t, shop["cmd/go.mod"], read(t, b.origin, "cmd/go.mod"))
	for _, page := range []string{"README.md", "docs/use.md"} {
		require.NotContains(t, read(t, b.origin, page), "Nothing is released yet.", page)
	}
	require.Empty(t, git("status", "--porcelain"))

	proxy := t.TempDir()
	require.NoError(t, b.exportProxy(proxy))
	require.Contains(t, read(t, proxy, "github.com/example/shop/cmd/@v/v0.1.0.info"), "v0.1.0")
}

func TestMistakesBeforeTheReleaseCommit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		version string
		instead map[string]string
		said    string
	}{
		"a wrong major": {
			version: "v2.0.0",
			said:    `wrong major: go.mod names the module github.com/example/shop, whose path ends in ""; for v2.0.0 it has to end in "/v2"`,
		},
		"no version": {version: "1.0", said: `"1.0" is no semantic version`},
		"a changelog that says nothing": {
			version: "v0.1.0",
			instead: map[string]string{"CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n## [0.0.1] - 2026-01-01\n\n- A drawer.\n"},
			said:    "CHANGELOG.md says nothing below",
		},
		"a changelog without the section": {
			version: "v0.1.0",
			instead: map[string]string{"CHANGELOG.md": "# Changelog\n\n- A till.\n"},
			said:    "CHANGELOG.md says nothing below",
		},
		"a changelog that has the version": {
			version: "v0.1.0",
			instead: map[string]string{"CHANGELOG.md": shop["CHANGELOG.md"] + "\n## [0.1.0] - 2026-01-01\n\n- A drawer.\n"},
			said:    `CHANGELOG.md has a section "## [0.1.0]" already: the release makes it`,
		},
		"a changelog with two sections": {
			version: "v0.1.0",
			instead: map[string]string{"CHANGELOG.md": shop["CHANGELOG.md"] + "\n## [Unreleased]\n\n- A drawer.\n"},
			said:    `CHANGELOG.md has "## [Unreleased]" twice`,
		},
		"a mark that is not closed": {
			version: "v0.1.0",
			instead: map[string]string{"README.md": "# Shop\n" + beforeMark + "Nothing is released yet.\n"},
			said:    `README.md has "<!-- before the first release -->" without "<!-- from the first release on -->" behind it`,
		},
		"a mark that is not closed before another": {
			version: "v0.1.0",
			instead: map[string]string{"README.md": "# Shop\n" + beforeMark + "Use it.\n" + shop["README.md"]},
			said:    `README.md has "<!-- before the first release -->" without`,
		},
		"a mark that is not opened": {
			version: "v0.1.0",
			instead: map[string]string{"docs/use.md": "# Use\n" + fromMark + "Pay.\n"},
			said:    `docs/use.md has "<!-- from the first release on -->" without "<!-- before the first release -->" before it`,
		},
		"a module outside of the workspace": {
			version: "v0.1.0",
			instead: map[string]string{"ink/go.mod": "module github.com/example/shop/ink\n\ngo 1.25.0\n"},
			said:    `ink/go.mod is not in go.work, so that its module would not be released: add it with "go work use ./ink"`,
		},
		"a module in another folder": {
			version: "v0.1.0",
			instead: map[string]string{"cmd/go.mod": strings.Replace(shop["cmd/go.mod"], "shop/cmd", "shop/command", 1)},
			said:    "cmd/go.mod names the module github.com/example/shop/command, and a proxy looks for that in another folder of the repository: name it github.com/example/shop/cmd",
		},
		"a replacement by a folder outside": {
			version: "v0.1.0",
			instead: map[string]string{"cmd/go.mod": shop["cmd/go.mod"] + "\nreplace example.com/fork => ../../fork\n"},
			said:    "cmd/go.mod replaces example.com/fork: that has no effect for its users and forbids go install",
		},
		"an exclusion": {
			version: "v0.1.0",
			instead: map[string]string{"cmd/go.mod": shop["cmd/go.mod"] + "\nexclude example.com/fork v1.0.0\n"},
			said:    "cmd/go.mod excludes example.com/fork v1.0.0: that has no effect",
		},
		"a wrong major of one module": {
			version: "v0.1.0",
			instead: map[string]string{"cmd/go.mod": strings.Replace(shop["cmd/go.mod"], "shop/cmd", "shop/cmd/v3", 1)},
			said:    `wrong major: cmd/go.mod names the module github.com/example/shop/cmd/v3, whose path ends in "/v3"; for v0.1.0 it has to end in ""`,
		},
		"a wrong major of a requirement": {
			version: "v0.1.0",
			instead: map[string]string{"cmd/go.mod": shop["cmd/go.mod"] + "\nrequire github.com/example/shop/v2 v2.0.0\n"},
			said:    "cmd/go.mod requires github.com/example/shop/v2, which is no module of this repository: correct the path",
		},
		"a wrong major of an import": {
			version: "v0.1.0",
			instead: map[string]string{"cmd/shop/main.go": strings.Replace(shop["cmd/shop/main.go"], "shop/till", "shop/v2/till", 1)},
			said:    "cmd/shop/main.go imports github.com/example/shop/v2/till, and no module of this repository has that package: correct the path",
		},
		"an internal package of another module": {
			version: "v0.1.0",
			instead: map[string]string{
				"cmd/internal/coin/coin.go": "package coin\n\nconst Coins = 3\n",
				"till/more.go":              "package till\n\nimport _ \"github.com/example/shop/cmd/internal/coin\"\n",
			},
			said: "till/more.go imports github.com/example/shop/cmd/internal/coin, which is internal to github.com/example/shop/cmd, and github.com/example/shop is outside of it: move the package",
		},
		"an internal package that is not committed": {
			version: "v0.1.0",
			instead: map[string]string{
				"internal/local/coin.go": "package local\n\nconst Coins = 3\n",
				"till/till.go":           "package till\n\nimport \"github.com/example/shop/internal/local\"\n\nconst Coins = local.Coins\n",
			},
			said: "till/till.go imports github.com/example/shop/internal/local, and no module of this repository has that package: correct the path, or commit the package",
		},
		"a package of a module that is not required": {
			version: "v0.1.0",
			instead: map[string]string{
				"cmd/coin/coin.go": "package coin\n\nconst Coins = 3\n",
				"till/more.go":     "package till\n\nimport _ \"github.com/example/shop/cmd/coin\"\n",
			},
			said: `till/more.go imports github.com/example/shop/cmd/coin, and go.mod does not require its module: add "require github.com/example/shop/cmd v0.0.0"`,
		},
		"a package of a module that is never tagged": {
			version: "v0.1.0",
			instead: map[string]string{"cmd/shop/main.go": strings.Replace(shop["cmd/shop/main.go"], "till", "examples/sale", 1)},
			said:    "cmd/shop/main.go imports github.com/example/shop/examples/sale, and its module github.com/example/shop/examples is never tagged, so that nobody could install github.com/example/shop/cmd: move",
		},
		"a requirement that is never tagged": {
			version: "v0.1.0",
			instead: map[string]string{
				"cmd/go.mod": shop["cmd/go.mod"] + "\nrequire github.com/example/shop/examples v0.0.0\n\nreplace github.com/example/shop/examples => ../examples\n",
			},
			said: "cmd/go.mod requires github.com/example/shop/examples, which is never tagged, so that nobody could install github.com/example/shop/cmd: remove it",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, test.version, test.instead)
			require.ErrorContains(t, b.prepare(t.Context()), test.said)
		})
	}
}

func TestMistakesOfTheReleaseCommit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file   string
		change func(text string) string
		said   string
	}{
		"a missing go.sum line": {
			file: "cmd/go.sum", change: withoutLine("shop v0.1.0 h1:"),
			said: `github.com/example/shop/cmd is not complete: run "GOWORK=off go mod tidy" in its folder (cmd), and commit go.mod, go.sum`,
		},
		"a go.sum line of something else": {
			file: "cmd/go.sum", change: func(text string) string { return strings.Replace(text, "h1:", "h1:AAAA", 1) },
			said: "github.com/example/shop/cmd is not complete",
		},
		"a replacement that stayed": {
			file:   "cmd/go.mod",
			change: func(text string) string { return text + "\nreplace github.com/example/shop => ../\n" },
			said:   "cmd/go.mod of github.com/example/shop/cmd replaces or excludes modules",
		},
		"another version than is released": {
			file:   "cmd/go.mod",
			change: func(text string) string { return strings.Replace(text, "shop v0.1.0", "shop v0.0.7", 1) },
			said:   "cmd/go.mod of github.com/example/shop/cmd requires github.com/example/shop v0.0.7, and all modules are released as v0.1.0: require it at v0.0.0",
		},
		"code that does not build": {
			file:   "till/till.go",
			change: func(text string) string { return strings.Replace(text, "drawer.Coins", "drawer.Notes", 1) },
			said:   "github.com/example/shop does not build in another module",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, "v0.1.0", nil)
			require.NoError(t, b.prepare(t.Context()))
			spoil(t, b, test.file, test.change)
			require.ErrorContains(t, b.prove(t.Context()), test.said)
		})
	}
}

// From v2 on, the major version is the end of every module path.
func TestAMajorVersion(t *testing.T) {
	t.Parallel()
	major := map[string]string{}
	for name, text := range shop {
		text = strings.ReplaceAll(text, "github.com/example/shop/till", "github.com/example/shop/v2/till")
		text = strings.ReplaceAll(text, "github.com/example/shop/internal", "github.com/example/shop/v2/internal")
		text = strings.ReplaceAll(text, "github.com/example/shop v0.0.0", "github.com/example/shop/v2 v2.0.0")
		text = strings.ReplaceAll(text, "github.com/example/shop =>", "github.com/example/shop/v2 =>")
		if strings.HasPrefix(text, "module ") {
			path, rest, _ := strings.Cut(text, "\n")
			text = path + "/v2\n" + rest
		}
		major[name] = text
	}
	b := setup(t, "v2.1.0", major)
	require.NoError(t, b.prepare(t.Context()))
	require.NoError(t, b.prove(t.Context()))
	require.Equal(t, []string{"github.com/example/shop/cmd/v2/shop"}, b.commands)
	released, err := b.git(t.Context(), "show", "cmd/v2.1.0:cmd/go.mod")
	require.NoError(t, err)
	require.Contains(t, released, "require github.com/example/shop/v2 v2.1.0")
}

func TestAVersionIsReleasedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, "v0.1.0", nil)
	_, err := run(t.Context(), b.origin, nil, "git", "tag", "cmd/v0.1.0")
	require.NoError(t, err)
	require.ErrorContains(t, b.prepare(t.Context()), "cmd/v0.1.0 is tagged already")
}

func TestVersionsDoNotGoBackwards(t *testing.T) {
	t.Parallel()
	for version, latest := range map[string]string{"v0.1.5": "v0.2.0", "v0.2.0-rc.1": "v0.2.0", "v0.2.1-rc.1": "", "v0.10.0": "", "v1.0.0": ""} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			b := setup(t, version, nil)
			for _, tag := range []string{"v0.2.0", "v0.2.0-rc.2", "v0.1.9", "cmd/v0.3.0"} {
				_, err := b.git(t.Context(), "tag", tag)
				require.NoError(t, err)
			}
			err := b.requireLater(t.Context())
			if latest == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, version+" is not later than "+latest+", which is released already: take a later version")
		})
	}
}

func TestAFolderForOneRelease(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, requireEmpty("-proxy", ""))
	require.NoError(t, requireEmpty("-proxy", folder))
	require.NoError(t, requireEmpty("-proxy", folder+"/new"))
	write(t, folder, map[string]string{"list": "v0.1.0\n"})
	require.EqualError(t, requireEmpty("-proxy", folder), "-proxy: "+folder+" is not empty: empty it, or name another folder")
}

func TestWhatIsNotCommittedStopsARelease(t *testing.T) {
	t.Parallel()
	b := setup(t, "v0.1.0", nil)
	require.NoError(t, b.requireClean(t.Context()))
	write(t, b.origin, map[string]string{"till/more.go": "package till\n"})
	require.ErrorContains(t, b.requireClean(t.Context()), "till/more.go")
}

func TestREADMEsProgramsRunOutside(t *testing.T) {
	t.Parallel()
	const program = "```go\npackage main\n\nimport (\n\t\"fmt\"\n\n\t\"github.com/example/shop/till\"\n)\n\nfunc main() { fmt.Println(till.Coins) }\n```\n"
	b := setup(t, "v0.1.0", map[string]string{"README.md": "# Shop\n\n" + program + "\nIt prints\n\n```text\n4\n```\n"})
	require.NoError(t, b.prepare(t.Context()))
	require.ErrorContains(t, b.prove(t.Context()), "README's program 1 prints\n3\nand README says\n4")
}

func TestQuickstartsBuildOutside(t *testing.T) {
	t.Parallel()
	const program = "```go\npackage main\n\nimport \"github.com/example/shop/till\"\n\nfunc main() { till.Open() }\n```\n"
	b := setup(t, "v0.1.0", map[string]string{"docs/quickstart-till.md": "# Till\n\n" + program})
	require.NoError(t, b.prepare(t.Context()))
	err := b.prove(t.Context())
	require.ErrorContains(t, err, "the program of quickstart-till.md does not build in another module")
	require.ErrorContains(t, err, "undefined: till.Open")
}

func TestCommandsComeWithWhatIsInThem(t *testing.T) {
	t.Parallel()
	b := setup(t, "v0.1.0", map[string]string{
		"LICENSE":                  "Permission is hereby granted, free of\ncharge, to anybody.\n",
		"cmd/shop/main.go":         "package main\n\nfunc main() {}\n",
		"cmd/shop/main_windows.go": "package main\n\nimport \"github.com/example/shop/till\"\n\nvar _ = till.Coins\n",
	})
	b.once = true
	require.NoError(t, b.prepare(t.Context()))
	require.NoError(t, b.prove(t.Context()))
	folder := t.TempDir()
	require.NoError(t, b.binaries(t.Context(), folder, []string{"linux/" + runtime.GOARCH, "windows/amd64"}))
	name := "shop_v0.1.0_linux_" + runtime.GOARCH
	require.Contains(t, read(t, folder, "SHA256SUMS"), fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(read(t, folder, name))), name))
	require.Contains(t, read(t, folder, "shop_v0.1.0.cdx.json"), `"purl": "pkg:golang/github.com/example/shop@v0.1.0"`)
	require.Contains(t, read(t, folder, "shop_v0.1.0_licences.txt"), "=== std ")
	require.Contains(t, read(t, folder, "shop_v0.1.0_licences.txt"), "=== github.com/example/shop v0.1.0 (MIT)\n\nPermission is")
}

func TestAnUnknownLicenceIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"COPYING": "All rights reserved."})
	d := dependency{Path: "example.com/closed", Version: "v1.0.0"}
	require.ErrorContains(t, d.licenceIn(dir), "example.com/closed@v1.0.0 has no licence that may be compiled in (MPL-2.0, ")
}
