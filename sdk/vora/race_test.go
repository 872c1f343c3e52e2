//go:build race

package vora_test

// What the race detector adds to a call: with it, pools drop some of what they are given.
const raceAllocations = 10.0
