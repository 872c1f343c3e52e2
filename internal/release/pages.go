package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The marks stand around what a page says only as long as there is no release.
const (
	beforeMark = "<!-- before the first release -->\n"
	fromMark   = "<!-- from the first release on -->\n"
)

const unreleased = "\n## [Unreleased]\n"

// releasePages gives the changelog's collected changes the version and today's date, and takes out
// of it, of README and of the documentation what is true only before the first release.
func releasePages(dir, version string) error {
	pages, err := filepath.Glob(filepath.Join(dir, "docs", "*.md"))
	if err != nil {
		return err
	}
	for _, name := range append(pages, filepath.Join(dir, "README.md")) {
		if err := rewrite(dir, name, withoutMarked); err != nil {
			return err
		}
	}
	return rewrite(dir, filepath.Join(dir, "CHANGELOG.md"), func(log string) (string, error) {
		log, err := withoutMarked(log)
		if err != nil {
			return "", err
		}
		return withVersion(log, strings.TrimPrefix(version, "v"))
	})
}

// rewrite changes a page of the repository in dir. An error has its name.
func rewrite(dir, name string, change func(page string) (string, error)) error {
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	changed, err := change(string(page))
	if err != nil {
		rel, _ := filepath.Rel(dir, name)
		return fmt.Errorf("%s %w", filepath.ToSlash(rel), err)
	}
	return os.WriteFile(name, []byte(changed), 0o644)
}

func withVersion(log, version string) (string, error) {
	above, changes, found := strings.Cut(log, unreleased)
	ours, _, _ := strings.Cut(changes, "\n## ")
	switch {
	case !found || strings.TrimSpace(ours) == "":
		return "", errors.New(`says nothing below "## [Unreleased]": write down what users get`)
	case strings.Contains(changes, unreleased):
		return "", errors.New(`has "## [Unreleased]" twice: put what is below the second one under the first`)
	case strings.Contains(log, "\n## ["+version+"]"):
		return "", fmt.Errorf(`has a section "## [%s]" already: the release makes it of what is below "## [Unreleased]"; put it back there`, version)
	}
	return above + unreleased + "\n## [" + version + "] - " + time.Now().UTC().Format(time.DateOnly) + "\n" + changes, nil
}

// withoutMarked takes out what stands between marks.
func withoutMarked(page string) (string, error) {
	kept, rest, found := strings.Cut(page, beforeMark)
	for found {
		marked, after, closed := strings.Cut(rest, fromMark)
		if !closed || strings.Contains(marked, beforeMark) {
			return "", fmt.Errorf("has %q without %q behind it", strings.TrimSpace(beforeMark), strings.TrimSpace(fromMark))
		}
		var more string
		more, rest, found = strings.Cut(strings.TrimLeft(after, "\n"), beforeMark)
		kept += more
	}
	if strings.Contains(kept, fromMark) {
		return "", fmt.Errorf("has %q without %q before it", strings.TrimSpace(fromMark), strings.TrimSpace(beforeMark))
	}
	return kept, nil
}
