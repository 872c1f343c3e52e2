package errno

import "golang.org/x/sys/windows"

// Windows never reports what package syscall calls ECONNREFUSED, ECONNRESET and EPIPE there.
var (
	// refused are that nobody listens at an address.
	refused = []error{windows.WSAECONNREFUSED}
	// reset are that the other side has closed a connection in the middle.
	reset = []error{windows.WSAECONNRESET, windows.WSAECONNABORTED}
	// unread are that nobody reads a pipe any more.
	unread = []error{windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA}
)
