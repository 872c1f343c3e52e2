package platform_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var shownBy = regexp.MustCompile("`([a-z/]+)\\.(Test\\w+)`")

// The guide names a test for each row of what a connector has to do, and each is there.
func TestTheGuideNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/platform.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(guide), "\n## The connector, row by row\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	rows := 0
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| a connector") {
			continue
		}
		rows++
		named := shownBy.FindAllStringSubmatch(line, -1)
		require.NotEmpty(t, named, "no test shows: %s", line)
		for _, test := range named {
			require.True(t, exists(t, test[1], test[2]), "there is no %s in %s", test[2], test[1])
		}
	}
	require.Greater(t, rows, 15)
}

// exists reports whether a folder has a test.
func exists(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(folder), "*_test.go"))
	require.NoError(t, err)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.Contains(string(source), "\nfunc "+name+"(t *testing.T) {") {
			return true
		}
	}
	return false
}
