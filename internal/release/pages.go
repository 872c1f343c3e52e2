package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

var (
	unreleased = "## [Unreleased]\n"
	// before marks what a page says only as long as there is no release.
	before = regexp.MustCompile(`(?s)<!-- before the first release -->\n.*?<!-- from the first release on -->\n+`)
)

// releasePages gives the changelog's collected changes the version and today's date, and takes out
// of it, of README and of the documentation what is true only before the first release.
func releasePages(dir, version string) error {
	name := filepath.Join(dir, "CHANGELOG.md")
	log, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	above, changes, found := bytes.Cut(before.ReplaceAll(log, nil), []byte(unreleased))
	ours, _, _ := bytes.Cut(changes, []byte("\n## "))
	if !found || len(bytes.TrimSpace(ours)) == 0 {
		return errors.New("CHANGELOG.md says nothing below \"## [Unreleased]\": write down what users get")
	}
	heading := unreleased + "\n## [" + strings.TrimPrefix(version, "v") + "] - " + time.Now().UTC().Format(time.DateOnly) + "\n"
	log = bytes.Join([][]byte{above, []byte(heading), changes}, nil)
	if err := os.WriteFile(name, log, 0o644); err != nil {
		return err
	}
	pages, err := filepath.Glob(filepath.Join(dir, "docs", "*.md"))
	if err != nil {
		return err
	}
	for _, name := range append(pages, filepath.Join(dir, "README.md")) {
		page, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, before.ReplaceAll(page, nil), 0o644); err != nil {
			return err
		}
	}
	return nil
}
