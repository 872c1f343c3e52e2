package config

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
)

// DotEnv is the project's file, in the working directory.
const DotEnv = ".env"

// MaxFile bounds what is read of a file of settings, in bytes.
const MaxFile = 64 << 10

// Path is where login keeps the settings of this user; empty when there is no home.
func Path() string {
	if path := os.Getenv("HOSTEDPAY_CONFIG"); path != "" {
		return path
	}
	dir := os.Getenv("XDG_CONFIG_HOME")
	if home := os.Getenv("HOME"); dir == "" && home != "" {
		dir = filepath.Join(home, ".config")
	}
	if runtime.GOOS == "windows" {
		dir, _ = os.UserConfigDir() // empty without a home
	}
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "hostedpay", "config")
}

// A settingsFile is a file of NAME=VALUE lines that was read.
type settingsFile struct {
	place   Place
	path    string
	values  map[string]string // of settings only
	problem error             // why none of its values may be used
}

// settingsFiles reads those that are there, in the order in which they win.
func settingsFiles() []settingsFile {
	var files []settingsFile
	for _, f := range []settingsFile{{place: FromDotEnv, path: DotEnv}, {place: FromFile, path: Path()}} {
		if f.path == "" {
			continue
		}
		if there := f.read(); there {
			files = append(files, f)
		}
	}
	return files
}

// read reports whether there is such a file. A directory is none: virtual environments of Python
// are often called .env.
func (f *settingsFile) read() bool {
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err != nil {
		f.problem = err
		return true
	}
	defer func() { _ = file.Close() }() // was only read
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return false
	}
	text, err := io.ReadAll(io.LimitReader(file, MaxFile+1))
	switch {
	case err != nil:
		f.problem = err
	case len(text) > MaxFile:
		f.problem = fmt.Errorf("%s has more than %d KiB", f.path, MaxFile>>10)
	default:
		f.values = settingsIn(string(text))
		f.problem = private.Check(file)
	}
	return true
}

// settingsIn finds the settings among NAME=VALUE lines. Others belong to somebody else, and a value
// that is empty is none.
func settingsIn(text string) map[string]string {
	values := map[string]string{}
	for scanner := bufio.NewScanner(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))); scanner.Scan(); {
		name, value, _ := strings.Cut(scanner.Text(), "=")
		name = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), "export "))
		s, known := Named(name)
		if value = dotEnvValue(value); !known || value == "" {
			continue
		}
		if !s.Address {
			guard.Add(value)
		}
		values[name] = value
	}
	return values
}

// dotEnvValue is a value without its quotes, or without the comment behind it.
func dotEnvValue(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > 0 && (text[0] == '"' || text[0] == '\'') {
		if end := strings.IndexByte(text[1:], text[0]); end >= 0 {
			return text[1 : 1+end]
		}
	}
	if at := strings.Index(" "+text, " #"); at >= 0 {
		text = text[:at]
	}
	return strings.TrimSpace(text)
}
