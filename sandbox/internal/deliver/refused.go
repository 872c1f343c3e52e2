package deliver

import (
	"errors"
	"syscall"
)

// wsaConnRefused is what Windows reports; package syscall's ECONNREFUSED is an invention there.
const wsaConnRefused = syscall.Errno(10061)

// isRefused reports whether an error is that nobody listens at an address.
func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, wsaConnRefused)
}
