package money

import "math"

// minMagnitude is the magnitude of math.MinInt64, one more than any positive
// int64 has.
const minMagnitude = uint64(1) << 63

// magnitudeOf returns the absolute value, which for math.MinInt64 fits in a
// uint64 only.
func magnitudeOf(number int64) uint64 {
	if number < 0 {
		// Negating in uint64 wraps to the right result for math.MinInt64 too.
		return -uint64(number) //nolint:gosec // two's complement is meant: it is right for the smallest int64 too
	}
	return uint64(number)
}

// signed puts the sign back on a magnitude; ok is false when an int64 cannot
// hold the result.
func signed(magnitude uint64, negative bool) (number int64, ok bool) {
	if negative {
		return int64(-magnitude), magnitude <= minMagnitude //nolint:gosec // the second result says whether it fits
	}
	return int64(magnitude), magnitude <= math.MaxInt64 //nolint:gosec // the second result says whether it fits
}
