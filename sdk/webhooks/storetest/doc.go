// Package storetest tests a [webhooks.Store]: the stores of this SDK pass it, and yours should.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) webhooks.Store {
//			return mystore.New(openEmpty(t))
//		})
//	}
//
// The function makes an empty store, which shares nothing with any that it made before: a table, a
// prefix or a file of its own. The tests run in parallel, use many goroutines, and take a few
// seconds. Run them against the real server, with the race detector.
//
// A store that is shared between processes has to survive the death of one. [RunCrash] kills one:
//
//	func TestCrash(t *testing.T) {
//		storetest.RunCrash(t, func(t *testing.T, name string) webhooks.Store {
//			return mystore.New(open(t), mystore.WithTable(name))
//		})
//	}
//
// There is no dependency beyond the standard library. No test measures how fast a store is; those
// of leases wait for fractions of a second, and give a slow machine half a minute.
package storetest
