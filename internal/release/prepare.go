package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
)

// prepare makes the release commit, tags it for every published module, and puts the commit behind
// it that goes back to the workspace. All of it happens in the clone.
func (b *workbench) prepare(ctx context.Context) error {
	if err := b.check(ctx); err != nil {
		return err
	}
	if err := releasePages(b.src, b.version); err != nil {
		return err
	}
	if err := b.commit(ctx, "-m", "release: "+b.version); err != nil {
		return err
	}
	waiting := b.modules
	for len(waiting) > 0 {
		var later []module
		for _, m := range waiting {
			needs, err := b.requirements(ctx, m)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(waiting, func(other module) bool { return slices.Contains(needs, other.Path) }) {
				later = append(later, m)
				continue
			}
			if err := b.require(ctx, m, needs); err != nil {
				return err
			}
		}
		if len(later) == len(waiting) {
			return fmt.Errorf("%s and %d more modules require one another", later[0].Path, len(later)-1)
		}
		waiting = later
	}
	if err := b.tag(ctx, published(b.modules)...); err != nil {
		return err
	}
	return b.backToWorkspace(ctx)
}

// requirements are the modules of the workspace that a module requires.
func (b *workbench) requirements(ctx context.Context, m module) ([]string, error) {
	file, err := readGoMod(ctx, m.Dir)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, require := range file.Require {
		i := slices.IndexFunc(b.modules, func(other module) bool { return other.Path == require.Path })
		switch {
		case i < 0 && within(require.Path, b.repository()):
			return nil, fmt.Errorf("%s requires %s, which is no module of this repository: correct the path, whose end is the major version", m.goMod(), require.Path)
		case i < 0:
			continue
		case b.modules[i].untagged() && !m.untagged():
			return nil, fmt.Errorf("%s requires %s, which is never tagged, so that nobody could install %s: remove it", m.goMod(), require.Path, m.Path)
		}
		paths = append(paths, require.Path)
	}
	return paths, nil
}

// require has a module require the released version of the others, and completes its go.sum. In a
// published module no replacement stays.
func (b *workbench) require(ctx context.Context, m module, needs []string) error {
	edit := []string{"mod", "edit"}
	for _, path := range needs {
		edit = append(edit, "-require="+path+"@"+b.version)
		if !m.untagged() {
			edit = append(edit, "-dropreplace="+path)
		}
	}
	if len(needs) > 0 {
		if _, err := run(ctx, m.Dir, []string{"GOWORK=off"}, "go", edit...); err != nil {
			return err
		}
		if _, err := run(ctx, m.Dir, b.fromTags("prepare"), "go", "mod", "tidy"); err != nil {
			return err
		}
	}
	if _, err := b.requirements(ctx, m); err != nil { // the go command may have found more
		return err
	}
	if err := b.commit(ctx, "--amend", "--no-edit"); err != nil {
		return err
	}
	if m.untagged() {
		return nil
	}
	return b.tag(ctx, m)
}

// tag tags the present commit, which may have been another before.
func (b *workbench) tag(ctx context.Context, modules ...module) error {
	for _, m := range modules {
		if _, err := run(ctx, b.origin, nil, "git", "rev-parse", "--verify", "--quiet", "refs/tags/"+m.tag(b.version)); err == nil {
			return fmt.Errorf("%s is tagged already: a version is never released twice", m.tag(b.version))
		}
		if _, err := b.git(ctx, "tag", "--force", m.tag(b.version)); err != nil {
			return err
		}
	}
	return nil
}

// backToWorkspace commits the modules' files as they were, so that they stand on one another's
// present state again.
func (b *workbench) backToWorkspace(ctx context.Context) error {
	patch := filepath.Join(b.dir, "back.patch")
	if _, err := b.git(ctx, "diff", "--output="+patch, "HEAD", "HEAD~1", "--", "*go.mod", "*go.sum"); err != nil {
		return err
	}
	if _, err := b.git(ctx, "apply", "--allow-empty", patch); err != nil {
		return err
	}
	return b.commit(ctx, "-m", "release: back to the workspace")
}

// commit commits everything that is in the clone.
func (b *workbench) commit(ctx context.Context, args ...string) error {
	if _, err := b.git(ctx, "add", "--all"); err != nil {
		return err
	}
	_, err := b.git(ctx, append([]string{"commit", "--quiet", "--allow-empty"}, args...)...)
	return err
}
