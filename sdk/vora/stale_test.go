package vora_test

import (
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// expiring is a created session that ends at a time, in a response of another time.
func expiring(t *testing.T, expiresAt any, date string) func(request) response {
	t.Helper()
	body := with(t, example(t, "CreatedSession"), map[string]any{"expiresAt": expiresAt})
	return func(request) response {
		a := response{Status: http.StatusCreated, Body: body, Header: http.Header{}}
		if date != "" {
			a.Header.Set("Date", date)
		}
		return a
	}
}

func TestStaleSessions(t *testing.T) {
	t.Parallel()

	const expiry = "2026-04-21T13:48:14Z"
	for _, c := range []struct {
		name      string
		expiresAt any
		date      string // the gateway's; this machine says 1 January 2000
		stale     bool
	}{
		{"alive", expiry, "Tue, 21 Apr 2026 13:48:13 GMT", false},
		{"over", expiry, "Tue, 21 Apr 2026 13:48:14 GMT", true},
		{"long over", expiry, "Wed, 22 Apr 2026 12:00:00 GMT", true},
		{"alive by this machine's clock", expiry, "", false},
		{"over by this machine's clock", "1999-12-31T23:59:59Z", "", true},
		{"a date that cannot be read", "1999-12-31T23:59:59Z", "yesterday", true},
		{"this machine's clock is wrong", "1999-12-31T23:59:59Z", "Fri, 31 Dec 1999 23:00:00 GMT", false},
		{"no expiry", "", "Wed, 22 Apr 2026 12:00:00 GMT", false},
		{"an expiry that cannot be read", "soon", "Wed, 22 Apr 2026 12:00:00 GMT", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, _ := setupWith(t, testKey, expiring(t, c.expiresAt, c.date))
				created, err := under(t, client, purchaseKey, purchase(1))
				require.NoError(t, err)
				require.Equal(t, sessionID, created.ID)
				require.Equal(t, c.stale, created.Stale)
				if c.stale {
					require.Equal(t, "acme_order-789012_2", created.NextKey)
				} else {
					require.Empty(t, created.NextKey)
				}
			})
		})
	}
}

// A stale session is found whatever form its expiry is written in.
func TestStaleInAnyForm(t *testing.T) {
	t.Parallel()
	for _, expiresAt := range []string{
		"2026-04-21T13:48:14Z", "2026-04-21T13:48:14.000Z", "2026-04-21T13:48:14+0000", "2026-04-21T13:48:14+00", "2026-04-21T13:48:14+00:00",
		"2026-04-21T06:48:14-07", "2026-04-21T06:48:14-0700", "2026-04-21T13:48:14", "20260421T134814Z", "20260421T134814", "20260421T064814-0700",
		"2026-04-21t13:48:14z", "2026-04-21 13:48:14Z", "2026-04-21T13:48:14.5Z",
	} {
		for date, stale := range map[string]bool{"Tue, 21 Apr 2026 13:48:13 GMT": false, "Tue, 21 Apr 2026 13:48:15 GMT": true} {
			body := with(t, example(t, "CreatedSession"), map[string]any{"expiresAt": expiresAt})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", date)
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusCreated)
				_, _ = io.WriteString(w, body)
			}))
			client, err := vora.New(testKey, sdk.WithBaseURL(server.URL))
			require.NoError(t, err)
			created, err := under(t, client, purchaseKey, purchase(1))
			server.Close()
			require.NoError(t, err)
			require.Equal(t, stale, created.Stale, "%s at %s", expiresAt, date)
			require.NoError(t, created.Response.FieldError, expiresAt)
		}
	}
}

func TestTheWayOutOfAStaleSession(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		// A gateway that remembers keys for a day and lets sessions live for half an hour.
		expiries := map[string]string{}
		created := example(t, "CreatedSession")
		client, _ := setupWith(t, testKey, func(r request) response {
			key := r.Header.Get("Idempotency-Key")
			if expiries[key] == "" {
				expiries[key] = r.Time.Add(30 * time.Minute).UTC().Format(time.RFC3339)
			}
			return response{http.StatusCreated, with(t, created, map[string]any{"id": "vp_cs_" + key, "expiresAt": expiries[key]}), http.Header{
				"Date": {r.Time.UTC().Format(http.TimeFormat)},
			}}
		})
		first, err := under(t, client, purchaseKey, purchase(1))
		require.NoError(t, err)
		require.False(t, first.Replayed || first.Stale)

		time.Sleep(29 * time.Minute)
		again, err := under(t, client, purchaseKey, purchase(1))
		require.NoError(t, err)
		require.True(t, again.Replayed)
		require.False(t, again.Stale)

		time.Sleep(time.Minute)
		stale, err := under(t, client, purchaseKey, purchase(1))
		require.NoError(t, err)
		require.True(t, stale.Replayed)
		require.True(t, stale.Stale)
		require.Equal(t, first.ID, stale.ID, "to be read: the buyer may have paid in time")

		fresh, err := under(t, client, stale.NextKey, purchase(1))
		require.NoError(t, err)
		require.False(t, fresh.Replayed || fresh.Stale)
		require.NotEqual(t, first.ID, fresh.ID)
	})
}

func TestNextKey(t *testing.T) {
	t.Parallel()

	longest := strings.Repeat("x", 255-len("acme__9"))
	for key, want := range map[string]string{
		vora.IdempotencyKey("acme", "order-7", 1):     vora.IdempotencyKey("acme", "order-7", 2),
		vora.IdempotencyKey("acme", "order-7", 9):     vora.IdempotencyKey("acme", "order-7", 10),
		vora.IdempotencyKey("a_b", "c_d", 41):         vora.IdempotencyKey("a_b", "c_d", 42),
		vora.IdempotencyKey("", "", 1):                vora.IdempotencyKey("", "", 2),
		vora.IdempotencyKey("acme", longest, 8):       vora.IdempotencyKey("acme", longest, 9),
		vora.IdempotencyKey("acme", longest, 9):       "", // there is no room for the tenth
		vora.IdempotencyKey("acme", longest+"x", 1):   "", // ends in a hash
		vora.IdempotencyKey("acme", "7", 0):           "", // not an attempt
		vora.IdempotencyKey("acme", "7", -1):          "",
		vora.IdempotencyKey("acme", "7", math.MaxInt): "",
		"acme_7_01":                            "",
		"acme_7_+1":                            "",
		"acme_7_":                              "",
		"acme_7_1a":                            "",
		"acme_7_99999999999999999999999999999": "",
		"order_1001":                           "", // a shop's own key: its order 1002 is somebody else's
		"1001":                                 "",
		"6f1c1ed2-78a2-4f0c-9d52-3e0c6b1a7a10": "",
	} {
		client, _ := setupWith(t, testKey, expiring(t, "1999-01-01T00:00:00Z", ""))
		created, err := under(t, client, key, purchase(1))
		require.NoError(t, err, key)
		require.True(t, created.Stale)
		require.Equal(t, want, created.NextKey, key)
	}

	client, _ := setupWith(t, testKey, expiring(t, "1999-01-01T00:00:00Z", ""))
	created, err := client.CreateSession(t.Context(), purchase(1))
	require.NoError(t, err)
	require.True(t, created.Stale)
	require.Empty(t, created.NextKey, "the SDK's own key was for one call")
}
