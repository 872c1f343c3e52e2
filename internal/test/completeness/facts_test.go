package completeness_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the contracts' extensions say is generated into internal/contract. A fact that no code uses,
// such as the first replay window of a scheme, has no effect.
func TestEveryFactIsUsed(t *testing.T) {
	t.Parallel()

	facts, used := map[string]string{}, map[string]bool{} // facts: by name, the file
	declared := regexp.MustCompile(`(?m)^(?:func |const |var |\t)([A-Z]\w+)(?:\(| +=)`)
	selected, named := regexp.MustCompile(`\bcontract\.([A-Z]\w+)`), regexp.MustCompile(`\b([A-Z]\w+)\b`)
	root := filepath.Join("..", "..", "..")
	require.NoError(t, filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		uses := selected
		switch inside := filepath.Base(filepath.Dir(name)) == "contract"; {
		case inside && strings.HasSuffix(name, ".gen.go") && filepath.Base(name) != "gateways.gen.go":
			for _, match := range declared.FindAllStringSubmatch(string(source), -1) {
				facts[match[1]] = filepath.Base(name)
			}
			return nil
		case inside: // the package itself, which tells the others
			uses = named
		}
		for _, match := range uses.FindAllStringSubmatch(string(source), -1) {
			used[match[1]] = true
		}
		return nil
	}))
	require.Greater(t, len(facts), 50)
	for fact, file := range facts {
		assert.True(t, used[fact], "internal/contract/%s: no code uses %s, so that what the contract says there has no effect: use it", file, fact)
	}
}
