package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hostedpay/hostedpay-go/internal/pages"
)

// provePrograms does what README says: in an empty module it gets the root module, pastes each
// program, tidies and runs it. What it prints is what README says that it prints.
func (b *workbench) provePrograms(ctx context.Context) error {
	readme, err := os.ReadFile(filepath.Join(b.src, "README.md"))
	if err != nil {
		return err
	}
	env := b.outside("stranger")
	for i, program := range pages.Programs(string(readme)) {
		dir, err := b.newModule(ctx, env)
		if err != nil {
			return err
		}
		if _, err := run(ctx, dir, env, "go", "get", b.root().Path+"@"+b.version); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program.Code), 0o600); err != nil {
			return err
		}
		if _, err := run(ctx, dir, env, "go", "mod", "tidy"); err != nil {
			return err
		}
		printed, err := run(ctx, dir, env, "go", "run", "-trimpath", ".")
		if err != nil {
			return fmt.Errorf("README's program %d does not run in another module: %w", i+1, err)
		}
		if printed+"\n" != program.Output {
			return fmt.Errorf("README's program %d prints\n%s\nand README says\n%s", i+1, printed, program.Output)
		}
		fmt.Printf("ok   README's program %d\n", i+1)
	}
	return nil
}
