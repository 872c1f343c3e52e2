package main

import (
	"errors"
	"slices"
)

// isAny reports whether an error is one of those that a system has for one cause: refusedErrors,
// resetErrors, unreadErrors.
func isAny(err error, causes []error) bool {
	return slices.ContainsFunc(causes, func(cause error) bool { return errors.Is(err, cause) })
}
