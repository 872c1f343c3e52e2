package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// platforms are those that commands are built for.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64"}

// binaries puts every command of the release into a folder, for each platform, with their sums, the
// list of what is in each and the licences of that. Each is built twice, the second time in other
// folders and from an empty cache, and has to come out the same: so can anybody make it who has the
// same version of Go.
func (b *workbench) binaries(ctx context.Context, folder string, platforms []string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	sums := fmt.Sprintf("# %s; CGO_ENABLED=0 go install -trimpath -ldflags='-s -w' COMMAND@%s\n", runtime.Version(), b.version)
	for _, command := range b.commands {
		for _, platform := range platforms {
			binary, err := b.build(ctx, command, platform, "first", b.config["GOCACHE"])
			if err != nil {
				return err
			}
			if !b.once {
				again, err := b.build(ctx, command, platform, "second", filepath.Join(b.dir, "builds"))
				if err != nil {
					return err
				}
				if !bytes.Equal(binary, again) {
					return fmt.Errorf("%s for %s comes out in two ways", command, platform)
				}
			}
			name := b.binaryName(command, platform)
			if err := os.WriteFile(filepath.Join(folder, name), binary, 0o755); err != nil {
				return err
			}
			sums += fmt.Sprintf("%x  %s\n", sha256.Sum256(binary), name)
		}
		if err := b.billOfMaterials(ctx, folder, command, platforms); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(sums), 0o644)
}

func (b *workbench) binaryName(command, platform string) string {
	name := filepath.Base(command) + "_" + b.version + "_" + strings.ReplaceAll(platform, "/", "_")
	if strings.HasPrefix(platform, "windows/") {
		name += ".exe"
	}
	return name
}

// build installs a command at the version for a platform, in a folder with modules of its own.
func (b *workbench) build(ctx context.Context, command, platform, folder, cache string) ([]byte, error) {
	goos, goarch, _ := strings.Cut(platform, "/")
	gopath := filepath.Join(b.dir, folder)
	env := append(b.outside(filepath.Join(folder, "modules")), "GOCACHE="+cache, "GOPATH="+gopath,
		"GOBIN=", "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch)
	if _, err := run(ctx, b.dir, env, "go", "install", "-trimpath", "-ldflags=-s -w", command+"@"+b.version); err != nil {
		return nil, err
	}
	found, err := filepath.Glob(filepath.Join(gopath, "bin", "*"))
	if err != nil {
		return nil, err
	}
	if nested, _ := filepath.Glob(filepath.Join(gopath, "bin", goos+"_"+goarch, "*")); len(nested) > 0 {
		found = nested
	}
	for _, file := range found {
		if strings.TrimSuffix(filepath.Base(file), ".exe") == filepath.Base(command) {
			return os.ReadFile(file)
		}
	}
	return nil, errors.New("go install left no " + command)
}

// billOfMaterials reads from a command's binaries what was compiled into any of them, and writes
// that in CycloneDX's form, and the licences of all of it. Neither has a time in it, so that both
// are reproducible.
func (b *workbench) billOfMaterials(ctx context.Context, folder, command string, platforms []string) error {
	var info *buildinfo.BuildInfo
	compiled := map[string]*debug.Module{}
	for _, platform := range platforms {
		var err error
		if info, err = buildinfo.ReadFile(filepath.Join(folder, b.binaryName(command, platform))); err != nil {
			return err
		}
		for _, module := range info.Deps { // some are needed on one system only
			compiled[module.Path] = module
		}
	}
	goroot, err := run(ctx, b.dir, nil, "go", "env", "GOROOT")
	if err != nil {
		return err
	}
	type component struct {
		Type       string              `json:"type"`
		Name       string              `json:"name"`
		Version    string              `json:"version"`
		PURL       string              `json:"purl"`
		Licenses   []any               `json:"licenses,omitempty"`
		Properties []map[string]string `json:"properties,omitempty"`
	}
	var components []component
	texts := fmt.Sprintf("%s %s contains the following modules.\n", filepath.Base(command), b.version)
	std := &debug.Module{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")}
	modules := []*debug.Module{std}
	for _, path := range slices.Sorted(maps.Keys(compiled)) {
		modules = append(modules, compiled[path])
	}
	for _, module := range modules {
		d := dependency{Path: module.Path, Version: module.Version, Sum: module.Sum}
		dir := filepath.Join(b.dir, "first", "modules", escaped(d.Path)+"@"+d.Version)
		if module == std {
			dir = goroot
		}
		if err := d.licenceIn(dir); err != nil {
			return err
		}
		components = append(components, component{
			"library", d.Path, d.Version, "pkg:golang/" + d.Path + "@" + d.Version,
			[]any{map[string]any{"license": map[string]string{"id": d.licence}}}, nil,
		})
		if d.Sum != "" {
			components[len(components)-1].Properties = []map[string]string{{"name": "go:sum", "value": d.Sum}}
		}
		texts += fmt.Sprintf("\n=== %s %s (%s)\n\n%s", d.Path, d.Version, d.licence, d.text)
	}
	bill, err := json.MarshalIndent(map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
		"metadata":   map[string]any{"component": component{"application", command, b.version, "pkg:golang/" + info.Main.Path + "@" + b.version, nil, []map[string]string{{"name": "go:version", "value": info.GoVersion}}}},
		"components": components,
	}, "", "  ")
	if err != nil {
		return err
	}
	name := filepath.Base(command) + "_" + b.version
	if err := os.WriteFile(filepath.Join(folder, name+".cdx.json"), append(bill, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, name+"_licences.txt"), []byte(texts), 0o644)
}

// escaped is a module path as the module cache spells it: a capital letter is an exclamation mark
// and the small one.
func escaped(path string) string {
	var out strings.Builder
	for _, r := range path {
		if 'A' <= r && r <= 'Z' {
			out.WriteByte('!')
			r += 'a' - 'A'
		}
		out.WriteRune(r)
	}
	return filepath.FromSlash(out.String())
}
