package jitter_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/jitter"
)

func TestUpTo(t *testing.T) {
	t.Parallel()
	for range 100 {
		d := jitter.UpTo(t.Context(), time.Second)
		require.GreaterOrEqual(t, d, time.Duration(0))
		require.Less(t, d, time.Second)
	}
	drawn := jitter.With(t.Context(), func() float64 { return 0.25 })
	require.Equal(t, 250*time.Millisecond, jitter.UpTo(drawn, time.Second))
	within, cancel := context.WithTimeout(context.WithoutCancel(drawn), time.Minute)
	defer cancel()
	require.Equal(t, 250*time.Millisecond, jitter.UpTo(within, time.Second))
}
