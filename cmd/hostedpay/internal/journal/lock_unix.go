//go:build !windows

package journal

import (
	"errors"
	"os"
	"syscall"
)

// lockFile waits until no other process has the lock. The lock ends with the process.
func lockFile(file *os.File) error {
	for {
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func unlockFile(file *os.File) error { return syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }
