package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// untagged are the modules that nobody installs, by their folders: they show, measure and try the
// others, and are never tagged. Every other module of the workspace is published. (bench is not in
// the workspace, so that the SDKs that it compares with decide nobody's versions.)
var untagged = []string{"bench", "examples", "sdk/webhooks/sqlstore/drivertest"}

// module is one of the workspace.
type module struct {
	Path string // as in its go.mod
	Dir  string
	rel  string // the folder in the repository, with slashes; "." is the root
}

// workspace reads the modules of the workspace in dir, the root first.
func workspace(ctx context.Context, dir string) ([]module, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	listed, err := run(ctx, dir, []string{"GOWORK=", "GOFLAGS="}, "go", "list", "-m", "-json")
	if err != nil {
		return nil, err
	}
	var modules []module
	for decoder := json.NewDecoder(strings.NewReader(listed)); ; {
		var m module
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		rel, err := filepath.Rel(dir, m.Dir)
		if err != nil {
			return nil, err
		}
		m.rel = filepath.ToSlash(rel)
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.rel, b.rel) }) // "." is before every name
	if len(modules) == 0 || modules[0].rel != "." {
		return nil, fmt.Errorf("the workspace in %s has no module at its root", dir)
	}
	return modules, nil
}

func published(modules []module) []module {
	return slices.DeleteFunc(slices.Clone(modules), module.untagged)
}

// goMod is the module's go.mod in the repository.
func (m module) goMod() string { return path.Join(m.rel, "go.mod") }

func (m module) untagged() bool { return slices.Contains(untagged, m.rel) }

// tag is how a version of a module is tagged: with its folder in front.
func (m module) tag(version string) string {
	return path.Join(m.rel, version)
}

var (
	semantic    = regexp.MustCompile(`^v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?$`)
	majorSuffix = regexp.MustCompile(`/(v[2-9]|v[1-9][0-9]+)$`)
)

// fits checks that a module path may have a version: from v2 on the path ends in the major version.
func (m module) fits(version string) error {
	parts := semantic.FindStringSubmatch(version)
	if parts == nil {
		return fmt.Errorf("%q is no semantic version such as v1.2.3", version)
	}
	want := ""
	if major := "v" + parts[1]; major != "v0" && major != "v1" {
		want = "/" + major
	}
	if got := majorSuffix.FindString(m.Path); got != want {
		return fmt.Errorf("wrong major: %s names the module %s, whose path ends in %q; for %s it has to end in %q: change it there and in every import", m.goMod(), m.Path, got, version, want)
	}
	return nil
}

// goMod is what the release reads of a go.mod.
type goMod struct {
	Require []requirement
	Replace []struct {
		Old, New struct{ Path, Version string }
	}
	Exclude []struct{ Path, Version string }
}

type requirement struct{ Path, Version string }

func readGoMod(ctx context.Context, dir string) (goMod, error) {
	var file goMod
	text, err := run(ctx, dir, []string{"GOWORK=off"}, "go", "mod", "edit", "-json")
	if err == nil {
		err = json.Unmarshal([]byte(text), &file)
	}
	return file, err
}
