package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sandbox"
)

func initCommand() *cobra.Command {
	var dir string
	var forSandbox, force bool
	var f caller
	c := &cobra.Command{
		Use:   "init",
		Short: "Write .env for a project, and keep it out of Git",
		Long: `Init writes .env with the names of every setting, for its user alone (mode 0600), and adds the line
.env to .gitignore unless it is there. It replaces no .env without --force. With --sandbox the values
are those of hostedpay sandbox, which are made up and work nowhere else; without it they are empty.`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			view, err := initialize(dir, forSandbox, force)
			if err != nil {
				return err
			}
			return f.printDone(c.OutOrStdout(), view, view.lines(), exit.Unprinted{Done: "the project's files were written"})
		},
	}
	c.Flags().StringVar(&dir, "dir", ".", "directory of the project")
	c.Flags().BoolVar(&forSandbox, "sandbox", false, "fill in the addresses and keys of hostedpay sandbox")
	c.Flags().BoolVar(&force, "force", false, "replace a .env that is there")
	f.registerJSON(c)
	return c
}

// An initView is how init looks under --json.
type initView struct {
	Path      string `json:"path"`
	Replaced  bool   `json:"replaced"`
	GitIgnore string `json:"gitignore"` // created, extended or unchanged
}

// initialize writes the files. .gitignore comes first, so that .env is never seen by a git add.
func initialize(dir string, forSandbox, force bool) (initView, error) {
	view := initView{Path: filepath.Join(dir, config.DotEnv)}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return view, fmt.Errorf("there is no directory %s: make it, or name another with --dir", dir)
	}
	_, err := os.Lstat(view.Path)
	switch {
	case err == nil && !force:
		return view, fmt.Errorf("%s is there, and was not changed: --force replaces it", view.Path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return view, err
	}
	view.Replaced = err == nil
	if view.GitIgnore, err = ignore(filepath.Join(dir, ".gitignore"), config.DotEnv); err != nil {
		return view, err
	}
	write := private.Create // not even one that appears meanwhile is replaced
	if force {
		write = private.Write
	}
	return view, write(view.Path, dotEnvText(forSandbox))
}

// ignore adds a line to a .gitignore that does not have it, and says what it did.
func ignore(path, line string) (did string, err error) {
	text, err := os.ReadFile(path) //nolint:gosec // of the project
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	lines := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	if slices.Contains(lines, line) || slices.Contains(lines, "/"+line) {
		return "unchanged", nil
	}
	did, end := "extended", ""
	if err != nil {
		did = "created"
	} else if len(text) > 0 && text[len(text)-1] != '\n' {
		end = "\n"
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644) //nolint:gosec // it holds no secret
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(end + line + "\n")
	return did, errors.Join(err, file.Close())
}

// dotEnvText is a .env with every setting.
func dotEnvText(forSandbox bool) string {
	values := map[string]string{}
	if forSandbox {
		values = sandboxSettings("http://127.0.0.1:4010")
	}
	var b strings.Builder
	b.WriteString("# Keys of the gateways. Never commit this file, and keep it to yourself: chmod 600 .env\n")
	for _, s := range config.Settings() {
		fmt.Fprintf(&b, "\n# %s\n%s=%s\n", s.What, s.Name, values[s.Name])
	}
	return b.String()
}

// sandboxSettings are those of a sandbox, for its first merchant.
func sandboxSettings(base string) map[string]string {
	acme := sandbox.Acme
	return map[string]string{
		"VON_PAY_SECRET_KEY": acme.Vora.SecretKey, "VON_PAY_SESSION_SECRET": acme.Vora.SessionSecret,
		"VON_PAY_WEBHOOK_SECRET": acme.Vora.WebhookSecret, "VON_PAY_BASE_URL": base,
		"VISIONSCOPE_API_KEY": acme.VisionScope.APIKey, "VISIONSCOPE_API_URL": base,
		"VISIONSCOPE_WEBHOOK_SECRET": "sandbox-webhook-secret-0123456789abcdef",
	}
}

func (v initView) lines() string {
	did := "written"
	if v.Replaced {
		did = "replaced"
	}
	return fmt.Sprintf("%s %s, for you alone\n.gitignore %s\n", v.Path, did, v.GitIgnore)
}
