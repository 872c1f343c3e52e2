//go:build race

package vora_test

// What the race detector adds to a call.
const raceAllocations = 1.0
