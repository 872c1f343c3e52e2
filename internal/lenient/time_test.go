package lenient_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/lenient"
)

func TestParseTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.April, 21, 13, 18, 14, 0, time.UTC)
	minute, half := at.Truncate(time.Minute), at.Add(500*time.Millisecond)
	for written, want := range map[string]time.Time{
		"2026-04-21T13:18:14Z": at, "2026-04-21T13:18:14+00:00": at, "2026-04-21T15:18:14+02:00": at, "2026-04-21T13:18:14.500Z": half,
		"2026-04-21T13:18:14+0000": at, "2026-04-21T06:18:14-07": at, "2026-04-21T13:18:14+00": at, "2026-04-21T18:48:14+0530": at,
		"2026-04-21T13:18:14": at, "2026-04-21T13:18:14.5": half, "2026-04-21t13:18:14z": at, "2026-04-21T13:18:14z": at, "2026-04-21t13:18:14Z": at,
		"20260421T131814Z": at, "20260421T131814": at, "20260421T131814.500Z": half, "20260421T131814+0000": at, "20260421T061814-07": at, "20260421T1318Z": minute,
		"2026-04-21T13:18Z": minute, "2026-04-21T13:18": minute, "2026-04-21T13:18+00:00": minute, "2026-04-21T06:18-07": minute,
		"2026-04-21 13:18:14": at, "2026-04-21 13:18:14Z": at, "2026-04-21 13:18:14.5+00": half, "2026-04-21 13:18:14 +0000": at, "2026-04-21 13:18:14 UTC": at, "2026-04-21T13:18:14,500Z": half,
		"2026-04-21T13:18:60Z": at.Add(45 * time.Second), "2026-04-21T13:18:60.5Z": at.Add(45*time.Second + 500*time.Millisecond), "20260421T131860": at.Add(45 * time.Second),
		" 2026-04-21T13:18:14Z ": at, "2026-04-21T13:18:14.123456789012Z": at.Add(123456789),
	} {
		got, err := lenient.ParseTime(written)
		require.NoError(t, err, written)
		require.True(t, want.Equal(got), "%s is read as %s", written, got)
	}
	for _, written := range []string{
		"", "soon", "2026", "2026-04-21", "13:18:14", "2026-04-21T", "2026-04-21T13", "2026-13-21T13:18:14Z", "2026-02-30T13:18:14Z", "2026-04-21T24:18:14Z", "2026-04-21T13:60:14Z",
		"2026-04-21T13:18:61Z", "2026-04-21T13:18:14.Z", "2026-04-21T13:18:14ZZ", "2026-04-21T13:18:14+", "2026-04-21T13:18:14+0", "2026-04-21T13:18:14+24:00", "2026-04-21T13:18:14-24:00", "2026-04-21T13:18:14+23:60", "20260421T131814+2400", "2026-04-21T13:18:14+25:00", "2026-04-21T13:18:14 PST",
		"2026-04-21T13:18:1Z", "2026-4-21T13:18:14Z", "1776777494", "2026-04-21T13:18:14Z\x00", "+2026-04-21T13:18:14Z", "2026-04-21T13:18:14." + strings.Repeat("0", 100) + "x",
	} {
		got, err := lenient.ParseTime(written)
		require.Error(t, err, written)
		require.True(t, got.IsZero(), written)
	}
}

func TestATimeInJSON(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, time.April, 21, 13, 18, 14, 0, time.UTC)
	for _, value := range []string{`"2026-04-21T13:18:14+0000"`, `"20260421T131814Z"`, `"2026-04-21T13:18:14"`, `"2026\u002d04-21T13:18:14Z"`} {
		at := decode(t, `{"At":`+value+`}`).At
		require.True(t, want.Equal(at.Time), value)
		require.NoError(t, lenient.FirstError(nil, at))
	}
	day := decode(t, `{"At":"2026-04-21T13:18:14+24:00"}`).At
	require.True(t, day.IsZero())
	require.Error(t, lenient.FirstError(nil, day), "encoding/json could not write it")
}

func FuzzParseTime(f *testing.F) {
	for _, written := range []string{"2026-04-21T13:18:14Z", "20260421T1318-07", "2026-04-21 13:18:60,5 UTC"} {
		f.Add(written)
	}
	f.Fuzz(func(t *testing.T, written string) {
		at, err := lenient.ParseTime(written)
		if err != nil {
			require.True(t, at.IsZero())
			return
		}
		again, err := lenient.ParseTime(at.Format(time.RFC3339Nano))
		require.NoError(t, err)
		require.True(t, at.Equal(again))
	})
}
