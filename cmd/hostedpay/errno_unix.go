//go:build !windows

package main

import "syscall"

var (
	// refusedErrors are that nobody listens at an address.
	refusedErrors = []error{syscall.ECONNREFUSED}
	// resetErrors are that the other side has closed a connection in the middle.
	resetErrors = []error{syscall.ECONNRESET}
	// unreadErrors are that nobody reads a pipe any more.
	unreadErrors = []error{syscall.EPIPE}
)
