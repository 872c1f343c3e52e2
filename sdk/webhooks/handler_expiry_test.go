package webhooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func TestTheLogWarnsOncePerKeyThatExpiresSoon(t *testing.T) {
	t.Parallel()
	const warning = "expires soon"
	ends := signedAt().Add(24 * time.Hour)
	r := setup(t, voraV1(), withKeys(keys(t, webhooks.SigningKey{Name: "rotated out", Secret: secretOf(voraV1()), NotAfter: ends})))
	another := func() {
		r.now = r.now.Add(time.Minute)
		require.Equal(t, 200, r.deliver(t, r.deliveryOf(webhookstest.SessionSucceeded(webhookstest.SessionID(r.now.String())))).Code)
	}
	another()
	require.NotContains(t, r.log.String(), warning, "right after a rotation nothing is wrong")

	r.now = ends.Add(-12 * time.Hour)
	another()
	another()
	require.Equal(t, 1, strings.Count(r.log.String(), warning))
	require.Contains(t, r.log.String(), "rotated out")
	require.NotContains(t, r.log.String(), r.secret)

	forever := setup(t, voraV1())
	require.Equal(t, 200, forever.deliver(t, forever.delivery()).Code)
	require.NotContains(t, forever.log.String(), warning)
}
