// Command openapi runs oapi-codegen, at the version that go.mod pins, for every contract
// api/openapi-NAME.yaml: models and request builders become package gen/NAME, the server's side
// becomes gen/NAME/server. The settings are in api/codegen. Run it from the root of the repository.
package main

import (
	"context"
	"errors"
	"fmt"
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
	return command.Run()
}
