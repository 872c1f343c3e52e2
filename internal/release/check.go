package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// check looks for mistakes that can be seen before anything is changed.
func (b *workbench) check(ctx context.Context) error {
	if err := b.requireWorkspace(ctx); err != nil {
		return err
	}
	for _, m := range published(b.modules) {
		if err := m.fits(b.version); err != nil {
			return err
		}
		if want := path.Join(b.repository(), m.rel); majorSuffix.ReplaceAllString(m.Path, "") != want {
			return fmt.Errorf("%s names the module %s, and a proxy looks for that in another folder of the repository: name it %s", m.goMod(), m.Path, want)
		}
		if err := b.checkReplacements(ctx, m); err != nil {
			return err
		}
		if _, err := b.requirements(ctx, m); err != nil {
			return err
		}
		if err := b.checkImports(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// requireWorkspace finds modules that the go command does not know: nobody would tag them.
func (b *workbench) requireWorkspace(ctx context.Context) error {
	files, err := b.git(ctx, "ls-files", "go.mod", "**/go.mod")
	if err != nil {
		return err
	}
	for file := range strings.Lines(files) {
		m := module{rel: path.Dir(strings.TrimSpace(file))}
		known := slices.ContainsFunc(b.modules, func(other module) bool { return other.rel == m.rel })
		if !known && !m.untagged() && !slices.Contains(strings.Split(m.rel, "/"), "testdata") {
			return fmt.Errorf("%s is not in go.work, so that its module would not be released: add it with \"go work use ./%s\", or list it as untagged in internal/release/module.go", m.goMod(), m.rel)
		}
	}
	return nil
}

// checkReplacements leaves only those that the release takes out: they have no effect for users.
func (b *workbench) checkReplacements(ctx context.Context, m module) error {
	file, err := readGoMod(ctx, m.Dir)
	if err != nil {
		return err
	}
	for _, replace := range file.Replace {
		if !slices.ContainsFunc(b.modules, func(other module) bool { return other.Path == replace.Old.Path }) {
			return fmt.Errorf("%s replaces %s: %w", m.goMod(), replace.Old.Path, errNoEffect)
		}
	}
	for _, exclude := range file.Exclude {
		return fmt.Errorf("%s excludes %s %s: %w", m.goMod(), exclude.Path, exclude.Version, errNoEffect)
	}
	return nil
}

var errNoEffect = errors.New("that has no effect for its users and forbids go install: only \"replace MODULE => FOLDER\" of a module of this repository is taken out of a release; remove it")

// requireLater keeps versions from going backwards: @latest would never choose such a one.
func (b *workbench) requireLater(ctx context.Context) error {
	if err := b.root().fits(b.version); err != nil {
		return err
	}
	if _, err := b.git(ctx, "tag", "--force", b.version); err != nil {
		return err
	}
	tags, err := b.git(ctx, "-c", "versionsort.suffix=-", "tag", "--merged", "HEAD", "--sort=-version:refname", "--list", "v[0-9]*")
	if err != nil {
		return err
	}
	if latest, _, _ := strings.Cut(tags, "\n"); latest != b.version {
		return fmt.Errorf("%s is not later than %s, which is released already: take a later version, or release a commit that does not come after %s", b.version, latest, latest)
	}
	return nil
}

// requireEmpty keeps files of two releases from getting into one folder. No folder is none.
func requireEmpty(flag, folder string) error {
	if folder == "" {
		return nil
	}
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && len(entries) > 0:
		err = fmt.Errorf("%s is not empty: empty it, or name another folder", folder)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	return nil
}
