//go:build race

package inbox_test

// raceDetector makes everything many times slower.
const raceDetector = true
