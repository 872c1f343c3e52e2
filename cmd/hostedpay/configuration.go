package main

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

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
)

// A place is where a value comes from. The earlier wins.
type place string

const (
	placeFlag        place = "flag"
	placeEnvironment place = "environment"
	placeDotEnv      place = ".env"
	placeFile        place = "file"
)

// dotEnv is the project's file, in the working directory.
const dotEnv = ".env"

// maxConfiguration bounds what is read of a file of settings.
const maxConfiguration = 64 << 10

// A found is the value of a setting in one place.
type found struct {
	value string
	place place
	path  string // of the file, when the place is one
}

// A settingsFile is a file of NAME=VALUE lines that was read.
type settingsFile struct {
	place   place
	path    string
	values  map[string]string // of settings only
	problem error             // why none of its values may be used
}

// configPath is where login keeps the settings of this user; empty when there is no home.
func configPath() string {
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

// settingsFiles reads those that are there, in the order in which they win.
func settingsFiles() []settingsFile {
	var files []settingsFile
	for _, f := range []settingsFile{{place: placeDotEnv, path: dotEnv}, {place: placeFile, path: configPath()}} {
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
	text, err := io.ReadAll(io.LimitReader(file, maxConfiguration+1))
	switch {
	case err != nil:
		f.problem = err
	case len(text) > maxConfiguration:
		f.problem = fmt.Errorf("%s has more than %d KiB", f.path, maxConfiguration>>10)
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
		if !isSetting(name) {
			continue
		}
		if value = dotEnvValue(value); value == "" {
			continue
		}
		if s, _ := settingNamed(name); !s.address {
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

// ofEnvironment is the value that a variable of the environment has.
func ofEnvironment(name string) string {
	value := strings.TrimSpace(os.Getenv(name))
	if s, known := settingNamed(name); known && !s.address {
		guard.Add(value)
	}
	return value
}

// lookUp finds the value of a setting that wins, below a flag: the environment's, then that of .env
// in the working directory, then the configuration file's. No value is no error. A file that others
// can read, or that cannot be read, is one as soon as its value would be used.
func lookUp(name string) (found, error) {
	if value := ofEnvironment(name); value != "" {
		return found{value: value, place: placeEnvironment}, nil
	}
	for _, f := range settingsFiles() {
		value := f.values[name]
		switch {
		case f.problem != nil && (value != "" || f.values == nil):
			return found{}, fmt.Errorf("%s: %w", name, f.problem)
		case value != "":
			return found{value: value, place: f.place, path: f.path}, nil
		}
	}
	return found{}, nil
}

// lookUpAddress finds a gateway's address for calls with a key from a place; empty for calls
// without a key. An address of .env is for keys of the same file: a project that somebody unpacked
// must not say where the user's own key is sent. This machine is no such place.
func lookUpAddress(name string, key place) (string, error) {
	address, err := lookUp(name)
	if err != nil || address.place != placeDotEnv || key == "" || key == placeDotEnv {
		return address.value, err
	}
	if endpoint.OnThisMachine(address.value) {
		return address.value, nil
	}
	return "", fmt.Errorf("%s is set in .env, and the API key is not: a project's file does not decide where your key is sent. Set %[1]s in the environment, or use --base-url", name)
}
