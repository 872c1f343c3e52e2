// Package drivertest tests package sqlstore with real databases and their drivers, which the module
// of the SDK must not depend on. It has tests only.
package drivertest
