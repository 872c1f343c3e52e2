// Package countertest tests a [ratelimit.Counter]: the counters of this SDK pass it, and yours
// should.
//
//	func TestCounter(t *testing.T) {
//		countertest.Run(t, func(t *testing.T) ratelimit.Counter {
//			return mycounter.New(open(t), prefix())
//		})
//	}
//
// The function makes a counter that has counted nothing and shares nothing with any that it made
// before. The tests run in parallel, use many goroutines, and take a few seconds. Run them against
// the real server, with the race detector.
//
// There is no dependency beyond the standard library. No test measures how fast a counter is; those
// of windows wait for fractions of a second, and give a slow machine half a minute.
package countertest
