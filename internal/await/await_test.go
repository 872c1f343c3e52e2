package await_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/await"
)

func TestPoint(t *testing.T) {
	t.Parallel()
	await.Point(t.Context(), "nobody listens")
	var passed []string
	ctx := await.With(t.Context(), func(_ context.Context, label string) { passed = append(passed, label) })
	await.Point(ctx, "a look-up")
	require.Equal(t, []string{"a look-up"}, passed)
}
