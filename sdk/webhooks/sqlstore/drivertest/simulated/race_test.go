//go:build race

package simulated_test

// raceDetector makes everything many times slower.
const raceDetector = true
