package documented_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The glossary of CONTRIBUTING.md, as far as a machine can hold the prose to it.
var outsideTheGlossary = []struct {
	words  *regexp.Regexp
	advice string
}{
	{regexp.MustCompile(`(?i)\btells? whether\b`), `"reports whether"`},
	{regexp.MustCompile(`(?i)\bbroke off\b|\bbreaks off\b`), `"truncated"`},
	{regexp.MustCompile(`(?i)\bis none of\b|\bare none of\b`), `"unknown" or "unsupported"`},
	{regexp.MustCompile(`(?i)\bthat is no\b (?:[^l]|l[^o])`), `"not a …"`},
	{regexp.MustCompile(`(?i)\bshall\b`), `"must", or the present tense`},
	{regexp.MustCompile(`(?i)\bthe answers?\b|\ban answer\b|\banswers? (?:of|from)\b`), `"response"`},
	{regexp.MustCompile(`(?i)\bat the most\b`), `"at most", or "max"`},
	{regexp.MustCompile(`(?i), who\b`), "a sentence of its own"},
}

const proseWidth = 100 // columns of a comment, with tabs of four

func TestCommentsSpeakTheFieldsLanguage(t *testing.T) {
	t.Parallel()

	for _, path := range sourceFiles(t, ".go") {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		require.NoError(t, err)
		if ast.IsGenerated(file) {
			continue
		}
		for _, group := range file.Comments {
			for _, comment := range group.List {
				at := files.Position(comment.Pos())
				checkGlossary(t, at.String(), comment.Text)
			}
		}
	}
}

func TestDocumentsSpeakTheFieldsLanguage(t *testing.T) {
	t.Parallel()

	for _, path := range sourceFiles(t, ".md") {
		if filepath.Base(path) == "CONTRIBUTING.md" {
			continue // it quotes the words
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		checkGlossary(t, path, string(text))
	}
}

func TestCommentsWrapAtOneWidth(t *testing.T) {
	t.Parallel()

	for _, path := range sourceFiles(t, ".go") {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		lines := strings.Split(string(text), "\n")
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, text, parser.ParseComments)
		require.NoError(t, err)
		for _, group := range file.Comments {
			if ast.IsGenerated(file) || strings.Contains(group.Text(), "Output:") { // of an example, line by line
				continue
			}
			for _, comment := range group.List {
				at := files.Position(comment.Pos())
				line := lines[at.Line-1]
				if strings.TrimSpace(line[:at.Column-1]) != "" || !strings.HasPrefix(comment.Text, "// ") || strings.HasPrefix(comment.Text, "//  ") ||
					strings.Contains(comment.Text, "://") {
					continue // beside code, a directive, a list or an address
				}
				width := len([]rune(strings.ReplaceAll(line, "\t", "    ")))
				assert.LessOrEqual(t, width, proseWidth, "%s: a comment wraps at %d columns", at, proseWidth)
			}
		}
	}
}

func checkGlossary(t *testing.T, where, prose string) {
	t.Helper()
	for _, rule := range outsideTheGlossary {
		assert.Empty(t, rule.words.FindString(prose), "%s: the glossary of CONTRIBUTING.md says %s", where, rule.advice)
	}
}

// sourceFiles are the handwritten files of the whole repository with an ending.
func sourceFiles(t *testing.T, ending string) []string {
	t.Helper()
	var files []string
	root := filepath.Join("..", "..", "..")
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata"):
			return fs.SkipDir
		case strings.HasSuffix(path, ending) && !strings.HasSuffix(path, ".gen.go"):
			files = append(files, path)
		}
		return nil
	}))
	require.NotEmpty(t, files)
	return files
}
