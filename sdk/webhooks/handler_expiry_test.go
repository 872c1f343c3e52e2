package webhooks_test

import (
	"context"
	"strconv"
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

// Keys of several merchants may have the same name, and a key that is kept for longer than planned
// expires soon once more.
func TestTheLogWarnsOfEveryKeyThatExpiresSoon(t *testing.T) {
	t.Parallel()
	key := webhooks.SigningKey{Name: "first", Secret: secretOf(voraV1()), NotAfter: signedAt().Add(time.Hour)}
	r := setup(t, voraV1(), withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
		return []webhooks.SigningKey{key}, nil
	})))
	warnings := func(merchant string) int {
		body := webhookstest.SessionSucceeded(webhookstest.MerchantID(merchant))
		require.Equal(t, 200, receive(r, r.deliveryOf(body)).Code)
		return strings.Count(r.log.String(), "expires soon")
	}
	require.Equal(t, 1, warnings("mer_a"))
	require.Equal(t, 2, warnings("mer_b"), "another merchant's key")
	key.Name = "second"
	require.Equal(t, 3, warnings("mer_a"), "another key of the merchant")
	key.NotAfter = key.NotAfter.Add(time.Hour)
	require.Equal(t, 4, warnings("mer_a"), "the same key with another end")
	require.Equal(t, 4, warnings("mer_a"))

	for i := range 1024 { // as many as are remembered
		warnings("mer_" + strconv.Itoa(i))
	}
	before := strings.Count(r.log.String(), "expires soon")
	require.Equal(t, before+1, warnings("mer_a"), "what is remembered does not grow with the merchants")
}
