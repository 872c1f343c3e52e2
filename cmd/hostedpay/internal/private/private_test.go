package private_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
)

// A file is written for its user alone, also where one that others could read was before, and
// nothing else is left in its folder.
func TestWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "folder", "secrets")
	require.NoError(t, private.Write(path, "one"))
	require.NoError(t, os.Chmod(path, 0o644))
	require.NoError(t, private.Write(path, "two"))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "two", string(text))
	file, err := os.Open(path)
	require.NoError(t, err)
	require.NoError(t, private.Check(file))
	require.NoError(t, file.Close())
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)

	require.Error(t, private.Write(filepath.Join(path, "below-a-file"), "text"))
	folder := filepath.Join(t.TempDir(), "taken")
	require.NoError(t, os.Mkdir(folder, 0o700))
	require.Error(t, private.Write(folder, "text"))
	entries, err = os.ReadDir(filepath.Dir(folder))
	require.NoError(t, err)
	require.Len(t, entries, 1, "the file that was begun is gone")
}

func TestCreateReplacesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secrets")
	require.NoError(t, private.Create(path, "one"))
	require.ErrorIs(t, private.Create(path, "two"), fs.ErrExist)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "one", string(text))
}

func TestCheckRejectsWhatOthersCanRead(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	path := filepath.Join(t.TempDir(), "secrets")
	require.NoError(t, private.Create(path, "one"))
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o622} {
		require.NoError(t, os.Chmod(path, mode))
		file, err := os.Open(path)
		require.NoError(t, err)
		require.ErrorContains(t, private.Check(file), "chmod 600 "+path, mode)
		require.NoError(t, file.Close())
	}
}

func TestTheHomeHasNoName(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	below := filepath.Join(home, "a", "b")
	require.Equal(t, filepath.Join("~", "a", "b"), private.AtHome(below))
	require.Equal(t, home+"x", private.AtHome(home+"x"))
	require.Equal(t, "open "+filepath.Join("~", "a", "b")+": denied", private.WithoutHome("open "+below+": denied"))
}
