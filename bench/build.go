package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const mebibyte = 1 << 20

// program is one of programs/, and what it may add to that of its floor.
type program struct {
	name, folder, floor string
	sizeGoal, buildGoal string
	cold                bool // whether its cold build is measured: a big one takes a minute
}

var programs = []program{
	{"hostedpay, Vora alone", "vora", "floor", "≤ +0.5 MiB", "≤ +1.2 s", true},
	{"hostedpay, both gateways and webhooks", "everything", "server", "≤ +0.9 MiB", "", true},
	{"oapi-codegen and retryablehttp", "oapi", "floor", "", "", true},
	{"stripe-go", "stripe", "floor", "", "", false},
}

// measureBuilds measures once what a program pays for its dependencies: in the binary, in a build
// with an empty cache, and in go.mod.
func measureBuilds(ctx context.Context, only string) ([]result, error) {
	size := result{contest: contest{name: "binary, stripped", about: "More than a program that sends and reads JSON, and for events also has a server."}}
	cold := result{contest: contest{name: "build with an empty cache, CPU time", about: "More than linking that program: the standard library is in the cache."}}
	listed := result{contest: contest{name: "a consumer's module", about: "What a new module that imports the SDK gains."}}
	if !strings.Contains(size.name+cold.name+listed.name, only) {
		return nil, nil
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	warm := filepath.Join(dir, "warm")
	if _, _, err := build(ctx, "floor", warm, dir); err != nil {
		return nil, err
	}
	floor, linking, err := build(ctx, "floor", warm, dir)
	if err != nil {
		return nil, err
	}
	serving, _, err := build(ctx, "server", "", dir)
	if err != nil {
		return nil, err
	}
	floors := map[string]float64{"floor": floor, "server": serving}
	size.rows = []row{
		{name: "floor: net/http and encoding/json", value: fmt.Sprintf("%.2f MiB", floor/mebibyte)},
		{name: "floor: the same, and a server", value: fmt.Sprintf("%.2f MiB", serving/mebibyte)},
	}
	cold.rows = []row{{name: "floor: linking", value: fmt.Sprintf("%.2f s", linking)}}
	for _, p := range programs {
		cache := ""
		if p.cold {
			cache = filepath.Join(dir, p.folder+"-cache")
			if err := os.CopyFS(cache, os.DirFS(warm)); err != nil {
				return nil, err
			}
		}
		bytes, took, err := build(ctx, p.folder, cache, dir)
		if err != nil {
			return nil, err
		}
		size.rows = append(size.rows, row{name: p.name, value: fmt.Sprintf("%+.2f MiB", (bytes-floors[p.floor])/mebibyte), goal: p.sizeGoal})
		if p.cold {
			cold.rows = append(cold.rows, row{name: p.name, value: fmt.Sprintf("%+.2f s", took-linking), goal: p.buildGoal})
		}
	}
	listed.rows, err = consumer(ctx, dir)
	return []result{size, cold, listed}, err
}

// build builds a program with a cache, the user's own when it is empty, and returns the size of the
// binary and the CPU time in seconds.
func build(ctx context.Context, folder, cache, dir string) (size, seconds float64, err error) {
	binary := filepath.Join(dir, folder)
	_ = os.Remove(binary) // so that it is linked
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "./programs/"+folder)
	cmd.Env = os.Environ()
	if cache != "" {
		cmd.Env = append(cmd.Env, "GOCACHE="+cache)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("build %s: %w\n%s", folder, err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		return 0, 0, err
	}
	return float64(info.Size()), (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), nil
}

// consumer counts what a module gains that imports the SDK from this checkout.
func consumer(ctx context.Context, dir string) ([]row, error) {
	dir = filepath.Join(dir, "consumer")
	if err := os.CopyFS(dir, os.DirFS("programs/everything")); err != nil {
		return nil, err
	}
	root, err := filepath.Abs("..")
	if err != nil {
		return nil, err
	}
	const path = "github.com/hostedpay/hostedpay-go"
	var listed string
	for _, args := range [][]string{
		{"mod", "init", "shop.example.com/consumer"},
		{"mod", "edit", "-require", path + "@v0.0.0", "-replace", path + "=" + root},
		{"mod", "tidy"},
		{"list", "-m", "all"},
	} {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = dir
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, said.String())
		}
		listed = string(out)
	}
	sums, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil {
		return nil, err
	}
	return []row{
		{name: "hostedpay, modules listed", value: fmt.Sprint(strings.Count(listed, "\n") - 1), goal: "≤ 40"},
		{name: "hostedpay, lines in go.sum", value: fmt.Sprint(bytes.Count(sums, []byte("\n"))), goal: "≤ 60"},
	}, nil
}
