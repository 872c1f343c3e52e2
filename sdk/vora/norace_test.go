//go:build !race

package vora_test

const raceAllocations = 0.0
