// Command openapi runs oapi-codegen, at the version that go.mod pins, for every contract
// api/openapi-NAME.yaml: models and request builders become package gen/NAME, the server's side
// becomes gen/NAME/server. The settings are in api/codegen. Run it from the root of the repository.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	module    = "github.com/hostedpay/hostedpay-go"
	generator = "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate openapi:", err)
		os.Exit(1)
	}
}

func run() error {
	documents, err := filepath.Glob("api/openapi-*.yaml")
	if err != nil {
		return err
	}
	if len(documents) == 0 {
		return errors.New("no api/openapi-*.yaml here: run it from the root of the repository")
	}
	for _, document := range documents {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(document), "openapi-"), ".yaml")
		for _, p := range []pkg{
			{Name: name, Dir: "gen/" + name, Settings: "models"},
			{Name: "server", Dir: "gen/" + name + "/server", Settings: "server", Models: "gen/" + name},
		} {
			if err := p.generate(document); err != nil {
				return fmt.Errorf("%s: package %s: %w", document, p.Dir, err)
			}
		}
	}
	return nil
}

// A pkg is one generated package.
type pkg struct {
	Name     string
	Dir      string
	Settings string // api/codegen/Settings.yaml, with the templates in api/codegen/Settings
	Models   string // the directory of the package that has its models; empty when it has its own
}

func (p pkg) generate(document string) error {
	settings, err := os.ReadFile("api/codegen/" + p.Settings + ".yaml")
	if err != nil {
		return err
	}
	if p.Models != "" {
		settings = fmt.Appendf(settings, "additional-imports:\n  - package: %s/%s\n    alias: .\n", module, p.Models)
	}
	settings = fmt.Appendf(settings, "package: %s\noutput: %s/%s.gen.go\n", p.Name, p.Dir, p.Name)
	temporary, err := os.MkdirTemp("", "hostedpay-generate-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temporary) }()
	config := filepath.Join(temporary, "config.yaml")
	if err := os.WriteFile(config, settings, 0o600); err != nil {
		return err
	}
	if err := os.MkdirAll(p.Dir, 0o755); err != nil {
		return err
	}
	command := exec.CommandContext(context.Background(), "go", "run", generator, "-templates", "api/codegen/"+p.Settings, "-config", config, document)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Run(); err != nil || p.Models == "" {
		return err
	}
	return p.dropUnusedModels()
}

// dropUnusedModels removes the import of the models when no operation has parameters: what the
// generator calls goimports for does not find out about a dot import.
func (p pkg) dropUnusedModels() error {
	file := filepath.Join(p.Dir, p.Name+".gen.go")
	models, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Models, filepath.Base(p.Models)+".gen.go"), nil, 0)
	if err != nil {
		return err
	}
	server, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		return err
	}
	for _, name := range server.Unresolved {
		if models.Scope.Lookup(name.Name) != nil {
			return nil
		}
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	content, err = format.Source(bytes.ReplaceAll(content, fmt.Appendf(nil, "\t. %q\n", module+"/"+p.Models), nil))
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}
