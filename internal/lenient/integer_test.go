package lenient_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/lenient"
)

func TestParseInteger(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]int64{
		"1499": 1499, "1499.0": 1499, "1499.000": 1499, "1.499e3": 1499, "1.499E+3": 1499, "1.4990e3": 1499, "14990e-1": 1499, "149900.00e-02": 1499,
		"0": 0, "-0": 0, "-0.0": 0, "0e99999999999": 0, "0.000e-5": 0, "-1499.0": -1499, "-1.499e3": -1499, "1e18": 1e18, "0.01e2": 1,
		"9223372036854775807": math.MaxInt64, "9223372036854775807.0": math.MaxInt64, "-9223372036854775808.0": math.MinInt64, "922337203685477580.7e1": math.MaxInt64,
		"1" + strings.Repeat("0", 40) + "e-40": 1,
	} {
		value, err := lenient.ParseInteger(written)
		require.NoError(t, err, written)
		require.Equal(t, want, value, written)
	}
	for _, written := range []string{
		"", "1499.5", "1.4995e3", "1e-1", "0.1", "9223372036854775808", "9223372036854775808.0", "1e19", "1e999999999", "1e99999999999999999999", "1e-99999999999999999999",
		"01", "+1", "1.", ".5", "1e", "1e+", "--1", "1 ", " 1", "0x10", "1_000", "1,499", "NaN", "Infinity", `"1499"`, "true", "null", "{}", "[1]", "1e1e1", "1.0.0", "1e5.0",
	} {
		_, err := lenient.ParseInteger(written)
		require.Error(t, err, written)
	}
}

func TestInteger(t *testing.T) {
	t.Parallel()
	type document struct {
		N     lenient.Integer
		After string
	}
	for value, known := range map[string]bool{"7": true, "7.0": true, "0.7e1": true, "null": false, `"7"`: false, "{}": false, "7.5": false} {
		var read document
		require.NoError(t, json.Unmarshal([]byte(`{"N":`+value+`,"After":"read"}`), &read))
		require.Equal(t, known, read.N.Known(), value)
		require.Equal(t, !known && value != "null", lenient.FirstError(nil, read.N) != nil, value)
		require.Equal(t, "read", read.After, "a malformed field costs no other")
		if known {
			require.Equal(t, lenient.NewInteger(7), read.N)
		}
	}
}

func FuzzParseInteger(f *testing.F) {
	for _, number := range []string{"1499.0", "1.499e3", "-0", "1e19", "0.1", "01", "1e-1"} {
		f.Add(number)
	}
	f.Fuzz(func(t *testing.T, written string) {
		value, err := lenient.ParseInteger(written)
		if err != nil {
			return
		}
		require.True(t, json.Valid([]byte(written)))
		float, floatErr := json.Number(written).Float64()
		require.NoError(t, floatErr)
		require.InEpsilon(t, 1+math.Abs(float), 1+math.Abs(float64(value)), 1e-9)
	})
}
