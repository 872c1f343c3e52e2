package main

import (
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// checkImports looks at what the files of a published module import of this repository. The go
// command would look for a package that it may not import, or that no module has, at a proxy.
func (b *workbench) checkImports(ctx context.Context, m module) error {
	file, err := readGoMod(ctx, m.Dir)
	if err != nil {
		return err
	}
	return filepath.WalkDir(m.Dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != m.Dir && notOf(name):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		rel, err := filepath.Rel(m.Dir, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if problem := b.importProblem(m, file, path.Join(m.Path, path.Dir(rel)), imported); problem != "" {
				return fmt.Errorf("%s imports %s, %s", path.Join(m.rel, rel), imported, problem)
			}
		}
		return nil
	})
}

// notOf reports whether a folder has no package of the module around it.
func notOf(dir string) bool {
	base := filepath.Base(dir)
	nested, _ := filepath.Glob(filepath.Join(dir, "go.mod"))
	return base == "testdata" || base[0] == '.' || base[0] == '_' || len(nested) > 0
}

// importProblem is why users could not build a package of a module because of one that it imports,
// and what to do.
func (b *workbench) importProblem(m module, file goMod, importer, imported string) string {
	if !within(imported, b.repository()) {
		return ""
	}
	var home module // of the imported package
	for _, candidate := range b.modules {
		if within(imported, candidate.Path) && len(candidate.Path) > len(home.Path) {
			home = candidate
		}
	}
	files, _ := filepath.Glob(filepath.Join(home.Dir, filepath.FromSlash(strings.TrimPrefix(imported, home.Path)), "*.go"))
	if home.Path == "" || len(files) == 0 {
		return "and no module of this repository has that package: correct the path, or commit the package"
	}
	if above, ok := aboveInternal(imported); ok && !within(importer, above) {
		return fmt.Sprintf("which is internal to %s, and %s is outside of it: move the package to where both may import it", above, m.Path)
	}
	required := slices.ContainsFunc(file.Require, func(r requirement) bool { return r.Path == home.Path })
	switch {
	case home.Path == m.Path:
		return ""
	case home.untagged():
		return fmt.Sprintf("and its module %s is never tagged, so that nobody could install %s: move the package into a published module", home.Path, m.Path)
	case !required:
		return fmt.Sprintf("and %s does not require its module: add \"require %s v0.0.0\" and a replacement by its folder", m.goMod(), home.Path)
	}
	return ""
}

// aboveInternal is what stands above the last element "internal" of a package's path. Only packages
// within it may import the package.
func aboveInternal(pkg string) (above string, ok bool) {
	parts := strings.Split(pkg, "/")
	for i, part := range slices.Backward(parts) {
		if part == "internal" {
			return strings.Join(parts[:i], "/"), true
		}
	}
	return "", false
}

// within reports whether a package, or a module, has the path, or one below it.
func within(pkg, above string) bool { return pkg == above || strings.HasPrefix(pkg, above+"/") }
