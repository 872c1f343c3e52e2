// Package errno names why a connection or a pipe failed, on every system.
package errno

import (
	"errors"
	"slices"
)

// IsRefused reports whether nobody listens at an address.
func IsRefused(err error) bool { return isAny(err, refused) }

// IsReset reports whether the other side has closed a connection in the middle.
func IsReset(err error) bool { return isAny(err, reset) }

// IsUnread reports whether nobody reads a pipe any more.
func IsUnread(err error) bool { return isAny(err, unread) }

// isAny reports whether an error is one of those that a system has for one cause: refused, reset,
// unread.
func isAny(err error, causes []error) bool {
	return slices.ContainsFunc(causes, func(cause error) bool { return errors.Is(err, cause) })
}
