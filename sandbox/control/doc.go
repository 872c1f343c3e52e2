// Package control is the sandbox's control API in Go: the JSON bodies of the calls below /_sandbox/. Package sandbox
// serves them and returns the same types from its methods.
package control
