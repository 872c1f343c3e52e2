package main_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// hears delivers an event of Vora, and returns the shop's response.
func (f *fixture) hears(body []byte) int {
	f.t.Helper()
	response, err := (&http.Client{Transport: connections}).Do(f.delivery(body))
	require.NoError(f.t, err)
	response.Body.Close()
	return response.StatusCode
}

func (f *fixture) delivery(body []byte) *http.Request {
	return webhookstest.Vora(sandbox.Acme.Vora.SecretKey, body, webhookstest.To(f.url+"/webhooks/vora"))
}

// about returns the fields that make an event one of an order's session.
func (f *fixture) about(number int, amount string) []webhookstest.Field {
	f.t.Helper()
	var session string
	require.NoError(f.t, f.db.QueryRowContext(f.t.Context(), "SELECT session FROM orders WHERE number = ?", number).Scan(&session))
	return []webhookstest.Field{webhookstest.SessionID(session), webhookstest.MerchantID(sandbox.Acme.ID), webhookstest.Amount(money.MustParse(amount, "EUR"))}
}

func (f *fixture) refunded() (minor int) {
	f.t.Helper()
	require.NoError(f.t, f.db.QueryRowContext(f.t.Context(), "SELECT refunded FROM orders").Scan(&minor))
	return minor
}

func TestPaidMeansInFull(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]money.Amount{"too little": money.MustParse("0.01", "EUR"), "dollars": money.MustParse("14.99", "USD")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setup(t)
			buyer := f.visitor()
			buyer.orders("vora-redirect")
			event := webhookstest.SessionSucceeded(append(f.about(1, "14.99"), webhookstest.Amount(wrong))...)
			require.Equal(t, http.StatusOK, f.hears(event), "delivering it again would not help")
			require.Equal(t, order{"paid", false}, f.order(), "money has come, and not the price")
			_, page := buyer.get("/order")
			require.Contains(t, page, "checking your payment")
			_, page = buyer.get("/orders")
			require.Contains(t, page, "look at it: wrong_amount")
		})
	}
}

// Vora signs with the merchant's API key. A refund that it reports with the one before a rotation
// is never asked about again.
func TestAnEventThatIsSignedWithTheKeyBefore(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.visitor().orders("vora-redirect")
	require.Equal(t, http.StatusOK, f.hears(webhookstest.SessionSucceeded(f.about(1, "14.99")...)))
	const previous = "vp_sk_test_before_the_rotation"
	refund := func() int {
		delivery := webhookstest.Vora(previous, webhookstest.RefundCreated(f.about(1, "5.00")...), webhookstest.To(f.url+"/webhooks/vora"))
		response, err := (&http.Client{Transport: connections}).Do(delivery)
		require.NoError(t, err)
		response.Body.Close()
		return response.StatusCode
	}
	require.Equal(t, http.StatusUnauthorized, refund())
	f.rotated = previous
	f.restart()
	require.Equal(t, http.StatusOK, refund())
	require.Equal(t, 500, f.refunded())
}

// An event of one gateway does not change the other gateway's orders.
func TestAGatewaySpeaksForItselfOnly(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.visitor().orders("visionscope-redirect")
	require.Equal(t, http.StatusInternalServerError, f.hears(webhookstest.SessionSucceeded(f.about(1, "14.99")...)))
	require.Equal(t, order{"open", false}, f.order())
}

func TestEventsInAnyOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events   []func(...webhookstest.Field) []byte
		want     order
		refunded int
		sees     string
	}{
		"failed, then paid":  {[]func(...webhookstest.Field) []byte{webhookstest.SessionFailed, webhookstest.SessionSucceeded}, order{"paid", true}, 0, "Thank you!"},
		"expired, then paid": {[]func(...webhookstest.Field) []byte{webhookstest.SessionExpired, webhookstest.SessionSucceeded}, order{"paid", true}, 0, "Thank you!"},
		"paid, then failed":  {[]func(...webhookstest.Field) []byte{webhookstest.SessionSucceeded, webhookstest.SessionFailed}, order{"paid", true}, 0, "Thank you!"},
		"paid twice":         {[]func(...webhookstest.Field) []byte{webhookstest.SessionSucceeded, webhookstest.SessionSucceeded}, order{"paid", true}, 0, "Thank you!"},
		"paid, then given back": {
			[]func(...webhookstest.Field) []byte{webhookstest.SessionSucceeded, webhookstest.RefundCreated, webhookstest.RefundCreated},
			order{"paid", true}, 1499, "14.99 EUR were given back to you",
		},
		"given back, then paid": {
			[]func(...webhookstest.Field) []byte{webhookstest.RefundCreated, webhookstest.SessionSucceeded},
			order{"paid", false}, 1499, "14.99 EUR were given back to you",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setup(t)
			buyer := f.visitor()
			buyer.orders("vora-redirect")
			for _, event := range c.events {
				require.Equal(t, http.StatusOK, f.hears(event(f.about(1, "14.99")...)))
			}
			require.Equal(t, c.want, f.order())
			require.Equal(t, c.refunded, f.refunded())
			_, page := buyer.get("/order")
			require.Contains(t, page, c.sees)
		})
	}
}

func TestRefundsAddUp(t *testing.T) {
	t.Parallel()
	f := setup(t)
	buyer := f.visitor()
	buyer.orders("vora-redirect")
	require.Equal(t, http.StatusOK, f.hears(webhookstest.SessionSucceeded(f.about(1, "14.99")...)))
	for _, id := range []string{"re_1", "re_2", "re_1"} {
		require.Equal(t, http.StatusOK, f.hears(webhookstest.RefundCreated(append(f.about(1, "5.00"), webhookstest.Set("refundId", id))...)))
	}
	require.Equal(t, 1000, f.refunded())
	_, page := buyer.get("/order")
	require.Contains(t, page, "Thank you!", "a part of it is another matter")

	yen := append(f.about(1, "5.00"), webhookstest.Amount(money.MustParse("499", "JPY")), webhookstest.Set("refundId", "re_3"))
	require.Equal(t, http.StatusOK, f.hears(webhookstest.RefundCreated(yen...)))
	require.Equal(t, 1000, f.refunded(), "it is not in the sum")
	_, page = buyer.get("/orders")
	require.Contains(t, page, "look at it: refund_currency")
	_, page = buyer.get("/order")
	require.Contains(t, page, "Thank you!", "the parcel has left")
}

// The completion of an event and its effects commit together or not at all: a refund must not be
// added twice because the shop crashed in between.
func TestARefundAddsUpOnceWhenItsEndCannotBeWritten(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.visitor().orders("vora-redirect")
	require.Equal(t, http.StatusOK, f.hears(webhookstest.SessionSucceeded(f.about(1, "14.99")...)))
	refund := webhookstest.RefundCreated(f.about(1, "5.00")...)

	_, err := f.db.ExecContext(t.Context(), `CREATE TRIGGER fall_over BEFORE UPDATE ON hostedpay_webhook_events WHEN NEW.done
		BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`)
	require.NoError(t, err)
	require.Equal(t, http.StatusInternalServerError, f.hears(refund))
	require.Zero(t, f.refunded())

	_, err = f.db.ExecContext(t.Context(), "DROP TRIGGER fall_over")
	require.NoError(t, err)
	for range 2 {
		require.Equal(t, http.StatusOK, f.hears(refund))
		require.Equal(t, 500, f.refunded())
	}
}

// The payment was refunded at the gateway before any webhook arrived.
func TestRefundedIsNotFailed(t *testing.T) {
	t.Parallel()
	f, _ := standing(t)
	buyer := f.visitor()
	back := buyer.pays(buyer.orders("vora-redirect"), approved)
	var session string
	require.NoError(t, f.db.QueryRowContext(t.Context(), "SELECT session FROM orders").Scan(&session))
	_, err := f.gateway.Refund(session, 0)
	require.NoError(t, err)
	_, page := buyer.get(back)
	require.Contains(t, page, "14.99 EUR were given back to you")
	require.NotContains(t, page, "Nothing was charged")
}
