package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const (
	begin = "<!-- bench/run -write begins -->\n"
	end   = "<!-- bench/run -write ends -->\n"
)

// publish puts the table between the marks of docs/performance.md, and the chart beside it.
func publish(results []result, rounds int) error {
	docs := filepath.Join("..", "docs")
	page := filepath.Join(docs, "performance.md")
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	above, rest, found := bytes.Cut(text, []byte(begin))
	_, below, closed := bytes.Cut(rest, []byte(end))
	if !found || !closed {
		return fmt.Errorf("%s has no marks for the table", page)
	}
	table := fmt.Sprintf("%s\nMedians of %d rounds. %s\n\n%s\n", begin, rounds, machine(), markdown(results))
	out := bytes.Join([][]byte{above, []byte(table), []byte(end), below}, nil)
	if err := os.WriteFile(page, out, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(docs, "performance.svg"), chart(results), 0o644)
}

// machine says on what was measured.
func machine() string {
	model := runtime.GOARCH
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	commit := "of an unknown commit"
	if out, err := exec.CommandContext(context.Background(), "git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		commit = "commit " + strings.TrimSpace(string(out))
	}
	return fmt.Sprintf("%s, %d CPUs, %s on %s, %s, %s.", model, runtime.NumCPU(), runtime.Version(), runtime.GOOS, time.Now().UTC().Format(time.DateOnly), commit)
}
