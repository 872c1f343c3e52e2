// Package journal is what is known of deliveries: the file that listen writes, and what a running
// sandbox remembers, in one form.
package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"
)

// A Journal is the file that listen appends to. Several processes may append to one: each does so
// under a lock, after it has counted what the others have written, so that an ID is given once.
// The zero value writes nothing.
type Journal struct {
	path    string
	file    *os.File
	counted int64 // the bytes whose entries last is the max of
	last    int
}

// Open opens the file at a path, and makes it where it is not; an empty path is for none. A file of
// something else is rejected, and stays as it is.
func Open(path string) (*Journal, error) {
	j := &Journal{path: path}
	if path == "" {
		return j, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("the journal: %w", err)
	}
	err := j.open()
	if err == nil {
		err = j.locked(func() error { return nil })
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the journal: %w", err), j.Close())
	}
	return j, nil
}

// File is the path; empty for none.
func (j *Journal) File() string { return j.path }

// Append numbers an entry and writes it, in one step.
func (j *Journal) Append(e *Entry) error {
	if j.path == "" {
		return nil
	}
	return j.locked(func() error {
		e.ID = j.last + 1
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		n, err := j.file.Write(append(line, '\n'))
		if err != nil { // the disk is full, perhaps: part of a line would spoil the next one
			return errors.Join(err, j.file.Truncate(j.counted))
		}
		j.last, j.counted = e.ID, j.counted+int64(n)
		return nil
	})
}

// Close closes the file.
func (j *Journal) Close() error {
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}

func (j *Journal) open() error {
	file, err := os.OpenFile(j.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	j.file, j.counted = file, 0
	return private.Check(file)
}

// locked does something while no other process appends, and j.last is up to date.
func (j *Journal) locked(do func() error) (err error) {
	if err := j.lock(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlockFile(j.file)) }()
	if err := j.count(); err != nil {
		return err
	}
	return do()
}

// lock waits for the file that is at the path now: the user may have removed the one that was open.
func (j *Journal) lock() error {
	for {
		if err := lockFile(j.file); err != nil {
			return fmt.Errorf("%s cannot be locked (keep it on a disk of this machine, --journal): %w", j.path, err)
		}
		opened, err := j.file.Stat()
		if err != nil {
			return err
		}
		if there, err := os.Stat(j.path); err == nil && os.SameFile(opened, there) {
			return nil
		}
		if err := errors.Join(unlockFile(j.file), j.file.Close(), j.open()); err != nil {
			return err
		}
	}
}

// count reads the entries that others have appended. A line that was cut off, by a process that was
// killed, is removed: it would spoil the next one.
func (j *Journal) count() error {
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() < j.counted { // somebody has emptied it
		j.counted = 0
	}
	read := func() (int64, error) {
		return eachEntry(io.NewSectionReader(j.file, j.counted, info.Size()-j.counted), func(e Entry) { j.last = max(j.last, e.ID) })
	}
	whole, err := read()
	if err != nil && j.counted > 0 { // it was emptied, and has become longer since
		j.counted = 0
		whole, err = read()
	}
	if err != nil {
		return err
	}
	j.counted += whole
	if j.counted < info.Size() {
		return j.file.Truncate(j.counted)
	}
	return nil
}
