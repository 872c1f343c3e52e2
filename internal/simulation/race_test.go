//go:build race

package simulation_test

// raceDetector makes everything many times slower.
const raceDetector = true
