package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// prove installs every published module from the tags, as a stranger would.
func (b *workbench) prove(ctx context.Context) error {
	dirs, err := b.pack(ctx)
	if err != nil {
		return err
	}
	for _, m := range published(b.modules) {
		if err := b.proveFiles(ctx, m, dirs[m.Path]); err != nil {
			return err
		}
		packages, commands, err := b.packages(ctx, dirs[m.Path])
		if err != nil {
			return err
		}
		if len(packages) > 0 {
			if err := b.proveImports(ctx, m, packages); err != nil {
				return err
			}
			fmt.Printf("ok   go get %s@%s (packages: %d)\n", m.Path, b.version, len(packages))
		}
		for _, command := range commands {
			if err := b.proveInstall(ctx, m, command); err != nil {
				return err
			}
			b.commands = append(b.commands, command)
			fmt.Printf("ok   go install %s@%s\n", command, b.version)
		}
	}
	return b.provePrograms(ctx)
}

// pack has the go command make the zips of all modules from their tags, which is what a proxy does.
// The download folder of its cache is a proxy.
func (b *workbench) pack(ctx context.Context) (dirs map[string]string, err error) {
	dirs = map[string]string{}
	for _, m := range published(b.modules) {
		out, err := run(ctx, b.dir, b.fromTags("packed"), "go", "mod", "download", "-json", m.Path+"@"+b.version)
		if err != nil {
			return nil, err
		}
		var downloaded struct{ Dir string }
		if err := json.Unmarshal([]byte(out), &downloaded); err != nil {
			return nil, err
		}
		dirs[m.Path] = downloaded.Dir
	}
	return dirs, nil
}

func (b *workbench) proxy() string { return filepath.Join(b.dir, "packed", "cache", "download") }

// exportProxy leaves the modules in a folder that GOPROXY can name.
func (b *workbench) exportProxy(folder string) error {
	for _, m := range published(b.modules) {
		versions := filepath.Join(filepath.FromSlash(m.Path), "@v")
		if err := os.CopyFS(filepath.Join(folder, versions), os.DirFS(filepath.Join(b.proxy(), versions))); err != nil {
			return err
		}
	}
	return nil
}

// proveFiles checks a module's go.mod and go.sum as they were packed: nothing is replaced, the
// other modules are required at the version, and what its code and its tests need is there without
// the go command adding to either.
func (b *workbench) proveFiles(ctx context.Context, m module, dir string) error {
	file, err := readGoMod(ctx, dir)
	if err != nil {
		return err
	}
	if len(file.Replace)+len(file.Exclude) > 0 {
		return fmt.Errorf("%s of %s replaces or excludes modules, which has no effect for its users and forbids go install: only \"replace MODULE => FOLDER\" of a module of this repository is taken out of a release; remove the others", m.goMod(), m.Path)
	}
	for _, require := range file.Require {
		if within(require.Path, b.repository()) && require.Version != b.version {
			return fmt.Errorf("%s of %s requires %s %s, and all modules are released as %s: require it at v0.0.0, with a replacement by its folder, so that the release can write the version", m.goMod(), m.Path, require.Path, require.Version, b.version)
		}
	}
	if _, err := run(ctx, dir, b.outside("stranger"), "go", "list", "-mod=readonly", "-test", "-deps", "./..."); err != nil {
		return fmt.Errorf("%s is not complete: run \"GOWORK=off go mod tidy\" in its folder (%s), and commit go.mod, go.sum and every file that its packages need: %w", m.Path, m.rel, err)
	}
	return nil
}

// packages lists what users can import and install of a module.
func (b *workbench) packages(ctx context.Context, dir string) (imported, commands []string, err error) {
	out, err := run(ctx, dir, b.outside("stranger"), "go", "list", "-mod=readonly", "-f", "{{.Name}} {{.ImportPath}} {{len .GoFiles}}", "./...")
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		switch {
		case len(fields) != 3, fields[2] == "0", strings.Contains(fields[1]+"/", "/internal/"):
		case fields[0] == "main":
			commands = append(commands, fields[1])
		default:
			imported = append(imported, fields[1])
		}
	}
	return imported, commands, err
}

// proveImports builds an empty module that imports every package of the released one.
func (b *workbench) proveImports(ctx context.Context, m module, packages []string) error {
	env := b.outside("stranger")
	dir, err := b.newModule(ctx, env)
	if err != nil {
		return err
	}
	code, get := "package consumer\n\nimport (\n", []string{"get"}
	for _, pkg := range packages {
		code += fmt.Sprintf("\t_ %q\n", pkg)
		get = append(get, pkg+"@"+b.version)
	}
	if err := os.WriteFile(filepath.Join(dir, "consumer.go"), []byte(code+")\n"), 0o600); err != nil {
		return err
	}
	if _, err := run(ctx, dir, env, "go", get...); err != nil {
		return fmt.Errorf("%s cannot be added to a module: %w", m.Path, err)
	}
	if _, err := run(ctx, dir, env, "go", "build", "-trimpath", "./..."); err != nil {
		return fmt.Errorf("%s does not build in another module: %w", m.Path, err)
	}
	return nil
}

// newModule is an empty module outside of the repository.
func (b *workbench) newModule(ctx context.Context, env []string) (dir string, err error) {
	dir, err = os.MkdirTemp(b.dir, "outside-")
	if err == nil {
		_, err = run(ctx, dir, env, "go", "mod", "init", "outside.example.com/consumer")
	}
	return dir, err
}

// proveInstall installs a command at the version, and reads the version back from it.
func (b *workbench) proveInstall(ctx context.Context, m module, command string) error {
	bin := filepath.Join(b.dir, "bin")
	env := append(b.outside("stranger"), "GOBIN="+bin)
	if _, err := run(ctx, b.dir, env, "go", "install", "-trimpath", command+"@"+b.version); err != nil {
		return fmt.Errorf("%s cannot be installed: %w", command, err)
	}
	built, err := run(ctx, b.dir, env, "go", "version", "-m", filepath.Join(bin, filepath.Base(command)))
	if err == nil && !strings.Contains(built, "\tmod\t"+m.Path+"\t"+b.version) {
		err = fmt.Errorf("%s@%s was built from something else:\n%s", command, b.version, built)
	}
	return err
}
