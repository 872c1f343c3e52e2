package main

import "golang.org/x/sys/windows"

// Windows never reports what package syscall calls ECONNREFUSED, ECONNRESET and EPIPE there.
var (
	// refusedErrors are that nobody listens at an address.
	refusedErrors = []error{windows.WSAECONNREFUSED}
	// resetErrors are that the other side has closed a connection in the middle.
	resetErrors = []error{windows.WSAECONNRESET, windows.WSAECONNABORTED}
	// unreadErrors are that nobody reads a pipe any more.
	unreadErrors = []error{windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA}
)
