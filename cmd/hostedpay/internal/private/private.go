// Package private keeps files for their user alone, and the name of their home.
package private

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Write writes a file for its user alone, in one step: a reader sees the old one or the new
// one, and a crash leaves one of them.
func Write(path, text string) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, ".hostedpay-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = file.WriteString(text)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// Create writes a file for its user alone, which must not be there yet.
func Create(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the file that the user names
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// Check rejects a file that others on this machine can read. Windows has no such bits.
func Check(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if mode := info.Mode(); mode.IsRegular() && mode.Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		return fmt.Errorf("%s has mode %04o, so that others on this machine can read it: chmod 600 %[1]s", file.Name(), mode.Perm())
	}
	return nil
}
