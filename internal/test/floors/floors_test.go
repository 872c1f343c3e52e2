// Package floors_test holds every package to having a floor: the linter's allow-lists say what a
// package may import, and a package that no list names could import anything.
package floors_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestEveryPackageHasAFloor(t *testing.T) {
	t.Parallel()

	var linter struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]struct {
						Mode  string   `yaml:"list-mode"`
						Files []string `yaml:"files"`
					} `yaml:"rules"`
				} `yaml:"depguard"`
			} `yaml:"settings"`
		} `yaml:"linters"`
	}
	root := filepath.Join("..", "..", "..")
	config, err := os.ReadFile(filepath.Join(root, ".golangci.yml"))
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(config, &linter))

	floors := map[string]string{} // by folder
	for name, rule := range linter.Linters.Settings.Depguard.Rules {
		require.Equal(t, "strict", rule.Mode, "floor %s is an allow-list", name)
		for _, glob := range rule.Files {
			folder, isFolder := strings.CutPrefix(glob, "**/")
			if folder = strings.TrimSuffix(folder, "/*.go"); isFolder {
				require.Empty(t, floors[folder], "%s stands on two floors", folder)
				floors[folder] = name
			}
		}
	}

	packages := packageFolders(t, root)
	for _, folder := range packages {
		assert.NotEmpty(t, floors[folder], "package %s has no floor: name it in .golangci.yml", folder)
	}
	for folder, name := range floors {
		require.True(t, slices.Contains(packages, folder), "floor %s names %s, which is not a package", name, folder)
	}
}

// packageFolders are the folders with Go code besides tests, from the root of the repository. The
// root package itself is documentation and the pin of the generator.
func packageFolders(t *testing.T, root string) []string {
	t.Helper()
	var folders []string
	require.NoError(t, fs.WalkDir(os.DirFS(root), ".", func(file string, entry fs.DirEntry, err error) error {
		folder := path.Dir(file)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "node_modules"):
			return fs.SkipDir
		case entry.IsDir(), !strings.HasSuffix(file, ".go"), strings.HasSuffix(file, "_test.go"), folder == ".":
		case len(folders) == 0 || folders[len(folders)-1] != folder:
			folders = append(folders, folder)
		}
		return nil
	}))
	return folders
}
