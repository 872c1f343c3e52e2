// Package documented_test holds the public packages to their documentation.
package documented_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// packages are the public ones. Those of modules of their own, and webhooks with what belongs to
// it, are in the linter's hands.
func packages() []string {
	return []string{"sdk", "sdk/money", "sdk/ratelimit", "sdk/retry", "sdk/visionscope", "sdk/vora"}
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	t.Parallel()

	for _, path := range packages() {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			p, _ := load(t, path)
			require.NotEmpty(t, p.Doc, "package %s", path)
			requireFuncs(t, p.Funcs)
			requireValues(t, p.Consts)
			requireValues(t, p.Vars)
			for _, typ := range p.Types {
				require.Contains(t, typ.Doc, typ.Name, "type %s", typ.Name)
				requireFuncs(t, typ.Funcs)
				requireFuncs(t, typ.Methods)
				requireValues(t, typ.Consts)
				requireValues(t, typ.Vars)
			}
		})
	}
}

// A comment says something about what it belongs to: it has more than the name.
func requireFuncs(t *testing.T, funcs []*doc.Func) {
	t.Helper()
	for _, f := range funcs {
		require.Greater(t, len(strings.Fields(f.Doc)), 2, "%s %s", f.Recv, f.Name)
	}
}

// requireValues asks for a comment on a group, or on each of its exported names.
func requireValues(t *testing.T, groups []*doc.Value) {
	t.Helper()
	for _, group := range groups {
		if group.Doc != "" {
			continue
		}
		for _, spec := range group.Decl.Specs {
			if value, ok := spec.(*ast.ValueSpec); ok && value.Names[0].IsExported() {
				require.NotEmpty(t, value.Doc.Text()+value.Comment.Text(), "%s", value.Names[0].Name)
			}
		}
	}
}

// What a shop calls has an example that runs.
func TestTheMainFunctionsHaveExamples(t *testing.T) {
	t.Parallel()

	for path, names := range map[string][]string{
		"sdk": {
			"Error", "OutcomeUnknownError", "Code", "Secret", "Raw", "WithIdempotencyKey", "WithErrorReporter", "WithObserver", "WithMiddleware",
			"WithNoticeHandler", "WithLogger",
		},
		"sdk/money": {
			"Minor", "Parse", "MustParse", "Amount_Major", "Amount_Add", "Amount_Sub", "Amount_Mul", "Amount_Neg", "Amount_Cmp", "Amount_MarshalJSON",
			"Amount_UnmarshalJSON", "Amount_LogValue", "Currency_Exponent",
		},
		"sdk/ratelimit":   {"New", "Limiter_Wait"},
		"sdk/retry":       {"After", "Policy_Do", "Once", "Predicates", "Budget"},
		"sdk/visionscope": {"New", "Client_CreateCheckout", "NewWebhookSecret", "ParseReturn"},
		"sdk/vora": {
			"New", "Client_CreateSession", "Client_GetSession", "Client_WaitSession", "Client_ValidateSession", "Client_ConfirmReturn", "Client_Health",
			"VerifyReturn", "IdempotencyKey", "CreatedSession",
		},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			_, examples := load(t, path)
			for _, name := range names {
				example, ok := examples[name]
				require.True(t, ok, "%s has no example", name)
				require.NotEmpty(t, example.Output, "the example of %s has no output to compare with", name)
			}
		})
	}
}

// load reads a package and its examples.
func load(t *testing.T, path string) (*doc.Package, map[string]*doc.Example) {
	t.Helper()
	files, tests := token.NewFileSet(), []*ast.File{}
	var code []*ast.File
	dir := filepath.Join("..", "..", "..", filepath.FromSlash(path))
	require.NoError(t, filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != dir:
			return filepath.SkipDir
		case filepath.Ext(file) != ".go":
			return nil
		}
		parsed, err := parser.ParseFile(files, file, nil, parser.ParseComments)
		if strings.HasSuffix(file, "_test.go") {
			tests = append(tests, parsed)
		} else {
			code = append(code, parsed)
		}
		return err
	}))
	p, err := doc.NewFromFiles(files, code, "github.com/hostedpay/hostedpay-go/"+path)
	require.NoError(t, err)
	examples := map[string]*doc.Example{}
	for _, example := range doc.Examples(tests...) {
		examples[example.Name] = example
	}
	return p, examples
}
