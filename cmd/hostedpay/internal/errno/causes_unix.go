//go:build !windows

package errno

import "syscall"

var (
	// refused are that nobody listens at an address.
	refused = []error{syscall.ECONNREFUSED}
	// reset are that the other side has closed a connection in the middle.
	reset = []error{syscall.ECONNRESET}
	// unread are that nobody reads a pipe any more.
	unread = []error{syscall.EPIPE}
)
