package main_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
	"github.com/hostedpay/hostedpay-go/examples/storefront/internal/shop"
)

// sweeps sweeps until it is stopped, which waits for the sweep that is under way.
func (f *fixture) sweeps() (stop func()) {
	ctx, cancel := context.WithCancel(f.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.shop.(*shop.Shop).SweepEvery(ctx, 5*time.Millisecond)
	}()
	return func() {
		cancel()
		<-ended
	}
}

func (f *fixture) reads() (n int) {
	for _, request := range f.gateway.Requests() {
		if strings.HasPrefix(request.Path, "/v1/sessions/") {
			n++
		}
	}
	return n
}

// The buyer has paid and closed the window, and no webhook comes. The webhook of another one has
// time to come.
func TestASweepFindsWhatNobodyReported(t *testing.T) {
	t.Parallel()
	f, clock := standing(t)
	f.gateway.PauseDeliveries()
	dispatches := f.countsDispatches()
	buyer := f.visitor()
	buyer.pays(buyer.orders("vora-redirect"), approved)
	buyer.orders("visionscope-redirect")
	clock.Advance(3 * time.Minute)
	buyer.pays(buyer.orders("vora-redirect"), approved)
	stop := f.sweeps()
	require.Eventually(t, func() bool { return f.states()[0] == "paid" }, browser.Patience, 5*time.Millisecond)
	stop()
	require.Equal(t, 1, dispatches())
	require.Equal(t, []string{"paid", "open", "open"}, f.states())
	require.Equal(t, 1, f.reads())

	f.gateway.ResumeDeliveries()
	clock.Advance(waits)
	require.Equal(t, []string{"paid", "open", "paid"}, f.states())
	require.Equal(t, 2, dispatches())
}

// A session that nobody has paid expires, and is asked about no more.
func TestASweepEnds(t *testing.T) {
	t.Parallel()
	f, clock := standing(t)
	f.gateway.PauseDeliveries()
	f.visitor().orders("vora-redirect")
	clock.Advance(31 * time.Minute)
	stop := f.sweeps()
	f.becomes(order{"expired", false})
	stop()
	require.Equal(t, 1, f.reads())
}
