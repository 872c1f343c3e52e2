package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// workbench is a throw-away clone of the repository, and the folders beside it.
type workbench struct {
	origin   string // the repository that is released
	version  string
	dir      string // everything below is thrown away
	src      string // the clone
	modules  []module
	commands []string          // what users can install, after the proof
	once     bool              // whether binaries are built once: a test has no time for empty caches
	config   map[string]string // of the go command, as the user has it
}

func newWorkbench(ctx context.Context, origin, version string) (*workbench, error) {
	top, err := run(ctx, origin, nil, "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "release-")
	if err != nil {
		return nil, err
	}
	b := &workbench{origin: top, version: version, dir: dir, src: filepath.Join(dir, "src")}
	if err := b.open(ctx); err != nil {
		b.clear()
		return nil, err
	}
	return b, nil
}

func (b *workbench) open(ctx context.Context) error {
	if _, err := run(ctx, b.dir, nil, "git", "clone", "--quiet", "file://"+b.origin, b.src); err != nil {
		return err
	}
	for key, otherwise := range map[string]string{"user.name": "release", "user.email": "release@example.com"} {
		value, err := run(ctx, b.origin, nil, "git", "config", key)
		if err != nil {
			value = otherwise
		}
		if _, err := b.git(ctx, "config", key, value); err != nil {
			return err
		}
	}
	config, err := run(ctx, b.origin, nil, "go", "env", "-json", "GOPROXY", "GOMODCACHE", "GOCACHE", "GOSUMDB", "GONOSUMDB")
	if err == nil {
		err = json.Unmarshal([]byte(config), &b.config)
	}
	if err != nil {
		return err
	}
	b.modules, err = workspace(ctx, b.src)
	return err
}

// clear throws everything away, read-only folders of module caches included.
func (b *workbench) clear() {
	_ = filepath.WalkDir(b.dir, func(name string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			return os.Chmod(name, 0o700)
		}
		return nil
	})
	_ = os.RemoveAll(b.dir)
}

// requireClean keeps what is not committed from being left out unnoticed.
func (b *workbench) requireClean(ctx context.Context) error {
	status, err := run(ctx, b.origin, nil, "git", "status", "--porcelain")
	if err == nil && status != "" {
		err = fmt.Errorf("commit or remove what the release would leave out:\n%s", status)
	}
	return err
}

// adopt brings the two commits and the tags into the repository.
func (b *workbench) adopt(ctx context.Context) error {
	if _, err := run(ctx, b.origin, nil, "git", "pull", "--quiet", "--ff-only", b.src, "HEAD"); err != nil {
		return err
	}
	push := "git push --atomic origin HEAD"
	for _, m := range published(b.modules) {
		tag := m.tag(b.version)
		if _, err := run(ctx, b.origin, nil, "git", "fetch", "--quiet", b.src, "refs/tags/"+tag+":refs/tags/"+tag); err != nil {
			return err
		}
		push += " " + tag
	}
	fmt.Printf("\n%s is committed and tagged here. Publish it with\n\n\t%s\n", b.version, push)
	return nil
}

func (b *workbench) git(ctx context.Context, args ...string) (string, error) {
	return run(ctx, b.src, nil, "git", args...)
}

// fromTags is the environment in which the go command knows the released modules from the clone's
// tags only, and everything else as the user configured it. The cache is a folder of its own, so
// that a version that is never published gets into nobody's.
func (b *workbench) fromTags(cache string) []string {
	return append(b.environment(cache),
		"GONOPROXY="+b.repository(),
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url.file://"+b.src+".insteadOf", "GIT_CONFIG_VALUE_0=https://"+b.repository())
}

// outside is the environment of somebody who has nothing of the workspace and an empty cache, and
// gets the released modules from the proxy.
func (b *workbench) outside(cache string) []string {
	return b.environment(cache, "file://"+b.proxy())
}

// environment has the module cache in a folder of its own. What the user's cache has is not
// downloaded again.
func (b *workbench) environment(cache string, proxies ...string) []string {
	proxies = append(proxies, "file://"+filepath.Join(b.config["GOMODCACHE"], "cache", "download"), b.config["GOPROXY"])
	return []string{
		"GOENV=off", "GOWORK=off", "GOFLAGS=-modcacherw -buildvcs=false", "GOMODCACHE=" + filepath.Join(b.dir, cache),
		"GOCACHE=" + b.config["GOCACHE"], "GOPROXY=" + strings.Join(proxies, ","), "GOPRIVATE=", "GONOPROXY=",
		"GOSUMDB=" + b.config["GOSUMDB"], "GONOSUMDB=" + strings.TrimPrefix(b.config["GONOSUMDB"]+","+b.repository(), ","),
	}
}

func (b *workbench) root() module { return b.modules[0] }

// repository is the beginning of every module path.
func (b *workbench) repository() string { return majorSuffix.ReplaceAllString(b.root().Path, "") }

// downloads are the lines in which the go command counts its downloads, before it says what failed.
var downloads = regexp.MustCompile(`(?m)^go: downloading .*\n`)

// run returns what a command printed, without the last line break. Its error has the command and
// what it said.
func run(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		said := string(out)
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			said = downloads.ReplaceAllString(string(exit.Stderr), "")
		}
		return "", fmt.Errorf("%s %s in %s: %w\n%s", name, strings.Join(args, " "), dir, err, strings.TrimSpace(said))
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}
