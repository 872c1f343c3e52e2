package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hostedpay/hostedpay-go/internal/pages"
)

// provePrograms does what the pages say: in an empty module it pastes a program and tidies.
// README's programs are run, and print what README says that they print. Those of the quickstarts
// are servers: they are built.
func (b *workbench) provePrograms(ctx context.Context) error {
	readme, err := os.ReadFile(filepath.Join(b.src, "README.md"))
	if err != nil {
		return err
	}
	for i, program := range pages.Programs(string(readme)) {
		printed, err := b.paste(ctx, program.Code, "run", "-trimpath", ".")
		if err != nil {
			return fmt.Errorf("README's program %d does not run in another module: %w", i+1, err)
		}
		if printed+"\n" != program.Output {
			return fmt.Errorf("README's program %d prints\n%s\nand README says\n%s", i+1, printed, program.Output)
		}
		fmt.Printf("ok   README's program %d\n", i+1)
	}
	quickstarts, err := filepath.Glob(filepath.Join(b.src, "docs", "quickstart-*.md"))
	if err != nil {
		return err
	}
	for _, page := range quickstarts {
		text, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		for _, program := range pages.Programs(string(text)) {
			if _, err := b.paste(ctx, program.Code, "build", "-trimpath", "."); err != nil {
				return fmt.Errorf("the program of %s does not build in another module: %w", filepath.Base(page), err)
			}
			fmt.Printf("ok   the program of %s\n", filepath.Base(page))
		}
	}
	return nil
}

// paste writes a program into a new module, which requires the released one, and has the go command
// run or build it.
func (b *workbench) paste(ctx context.Context, program string, command ...string) (printed string, err error) {
	env := b.outside("stranger")
	dir, err := b.newModule(ctx, env)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o600); err != nil {
		return "", err
	}
	// The pages leave this to "go mod tidy", which takes the latest version: this one has no
	// newer, unless it is a pre-release.
	if _, err := run(ctx, dir, env, "go", "mod", "edit", "-require", b.root().Path+"@"+b.version); err != nil {
		return "", err
	}
	if _, err := run(ctx, dir, env, "go", "mod", "tidy"); err != nil {
		return "", err
	}
	return run(ctx, dir, env, "go", command...)
}
