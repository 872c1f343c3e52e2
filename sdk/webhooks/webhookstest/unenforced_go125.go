//go:build !go1.26

package webhookstest

func unenforced(f func()) { f() }
