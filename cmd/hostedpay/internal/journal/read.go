package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
)

// Path is where listen writes when nobody says otherwise: beside the configuration; empty
// when there is no home.
func Path() string {
	path := config.Path()
	if path == "" {
		return ""
	}
	return filepath.Join(filepath.Dir(path), "events.ndjson")
}

// Read reads the entries of a journal.
func Read(path string) (all []Entry, err error) {
	if path == "" {
		return nil, errors.New("there is no journal: HOME is not set; name one with --journal")
	}
	file, err := os.Open(path) //nolint:gosec // the file that the user names
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no journal at %s: hostedpay listen writes one", path)
	}
	if err != nil {
		return nil, fmt.Errorf("the journal: %w", err)
	}
	defer func() { _ = file.Close() }() // was only read
	if err := private.Check(file); err != nil {
		return nil, fmt.Errorf("the journal: %w", err)
	}
	_, err = eachEntry(file, func(e Entry) { all = append(all, e) })
	return all, err
}

// eachEntry reads entries, and returns how many bytes they have. The last line may be truncated, by
// a machine that stopped.
func eachEntry(from io.Reader, do func(Entry)) (whole int64, err error) {
	lines := bufio.NewReader(from)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && beginsEntry(line) {
			return whole, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return whole, err
		}
		var e Entry
		if err != nil || json.Unmarshal(line, &e) != nil || e.Request.URL == "" {
			return whole, fmt.Errorf("line %d is not one of hostedpay listen", n)
		}
		whole += int64(len(line))
		do(e)
	}
}

// entryStart is what the line of an entry begins with, before its ID.
const entryStart = `{"id":`

// beginsEntry reports whether the line of an entry may begin like this. Otherwise it is somebody's
// file: a key, or a recording in one line.
func beginsEntry(line []byte) bool {
	if len(line) <= len(entryStart) {
		return strings.HasPrefix(entryStart, string(line))
	}
	id, ok := bytes.CutPrefix(line, []byte(entryStart))
	return ok && '0' <= id[0] && id[0] <= '9'
}
