package main_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
)

// Refunds are asked for here and made at the gateway, in part and in full.
func TestRefunds(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, f *fixture) {
		b := f.clerk().charges(brightline, "2002", "vora") // 149.00 USD
		response, _ := b.post(b.path()+"/refunds", url.Values{"reference": {"refund-aaaaaaaaaaaaaaaaaaaaaaaaaa"}, "amount": {"1.00"}})
		require.Equal(t, http.StatusUnprocessableEntity, response.StatusCode, "it is not paid")
		b.pays(buyer.CardApproved)
		f.delivers()
		for _, amount := range []string{"149.01", "0", "-1", "1.001", "ten", ""} {
			require.Equal(t, http.StatusUnprocessableEntity, b.asks(amount).StatusCode, amount)
		}
		form := refundField.FindStringSubmatch(b.page())[1]
		for range 2 { // a double click
			response, _ := b.post(b.path()+"/refunds", url.Values{"reference": {form}, "amount": {"49.00"}})
			require.Equal(t, http.StatusSeeOther, response.StatusCode)
		}
		response, _ = b.post(b.path()+"/refunds", url.Values{"reference": {form}, "amount": {"48.00"}}) // after a step back
		require.Equal(t, http.StatusUnprocessableEntity, response.StatusCode)
		require.Contains(t, b.page(), "awaiting upstream")
		require.Contains(t, b.page(), `value="100.00"`, "what is left")
		require.Equal(t, "approved", b.status(), "nobody has given anything back")
		f.refunds(b.session, 4900)
		require.Equal(t, "refunded in part", b.status())
		require.Contains(t, b.page(), ">succeeded<")

		require.Equal(t, http.StatusSeeOther, b.asks("10.00").StatusCode)
		response, _ = b.post(b.path()+"/refunds/withdraw", url.Values{"reference": {refundWithdrawn.FindStringSubmatch(b.page())[1]}})
		require.Equal(t, http.StatusSeeOther, response.StatusCode)
		require.Contains(t, b.page(), ">withdrawn<")
		f.refunds(b.session, 0)
		require.Equal(t, "refunded", b.status())
		require.Contains(t, b.page(), ">unmatched<", "nobody had asked for the rest")
		_, page := b.get(b.confirm())
		require.Contains(t, page, "You got your money back")
	})
}

// What VisionScope cannot do is said, and not pretended.
func TestNoRefundsAtVisionScope(t *testing.T) {
	t.Parallel()
	f := setup(t)
	b := f.clerk().charges(acme, "1001", "visionscope")
	b.pays(buyer.CardApproved)
	f.delivers()
	require.Contains(t, b.page(), "The gateway has neither a call nor an event for it")
	require.NotContains(t, b.page(), "Request a refund")
	response, _ := b.post(b.path()+"/refunds", url.Values{"reference": {"refund-aaaaaaaaaaaaaaaaaaaaaaaaaa"}, "amount": {"1.00"}})
	require.Equal(t, http.StatusUnprocessableEntity, response.StatusCode)
}

// A key is rotated while a charge is open. Events that either key has signed are accepted until the
// old one ends.
func TestRotation(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, f *fixture) {
		c := f.clerk()
		b := c.charges(acme, "1001", "vora")
		b.pays(buyer.CardApproved)
		f.gateway.PauseDeliveries() // the event waits, and is signed with the key from before
		f.delivers()
		response, _ := c.post("/tenants/acme/credentials", url.Values{"kind": {"vora_api_key"}})
		require.Equal(t, http.StatusSeeOther, response.StatusCode)
		f.gateway.ResumeDeliveries()
		f.delivers()
		require.Equal(t, "approved", b.status())

		next := c.charges(acme, "1002", "vora")
		next.pays(buyer.CardDeclined)
		f.delivers()
		require.Equal(t, "declined", next.status(), "calls and events use the new key")
		f.clock.Advance(25 * time.Hour)
		require.NoError(t, f.gateway.RevokeKeys(acme.merchant.ID))
		last := c.charges(acme, "1002", "vora")
		last.pays(buyer.CardApproved)
		f.delivers()
		require.Equal(t, "approved", last.status())
	})
}

// A rotation by one process counts for the others at once.
func TestRotationByAnotherProcess(t *testing.T) {
	t.Parallel()
	f := setup(t)
	c := f.clerk()
	other := f.start()
	response, _ := c.post("/tenants/acme/credentials", url.Values{"kind": {"vora_api_key"}})
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	require.NoError(t, f.gateway.RevokeKeys(acme.merchant.ID))
	f.crm.Store(other)
	b := c.charges(acme, "1001", "vora")
	b.pays(buyer.CardApproved)
	f.delivers()
	require.Equal(t, "approved", b.status())
}

func TestCredentialsAreChecked(t *testing.T) {
	t.Parallel()
	f := setup(t)
	c := f.clerk()
	for kind, secret := range map[string]string{
		"vora_api_key": "ss_test_x7Kq2nP9wT4s", "vora_session_secret": "vp_sk_test_x7Kq2nP9wT4s", "visionscope_api_key": "x7Kq2nP9wT4s",
	} {
		response, page := c.post("/tenants/acme/credentials", url.Values{"kind": {kind}, "secret": {secret}})
		require.Equal(t, http.StatusUnprocessableEntity, response.StatusCode, kind)
		require.Contains(t, page, "Nothing was changed", kind)
		require.NotContains(t, page, "x7Kq2nP9wT4s", kind)
	}
	response, _ := c.post("/tenants/acme/credentials", url.Values{"kind": {"anything"}, "secret": {"x7Kq2nP9wT4s"}})
	require.Equal(t, http.StatusNotFound, response.StatusCode)
	charges := c.charges(acme, "1001", "vora")
	require.Equal(t, "pending", charges.status())
}

// A tenant that has left takes no payments, and its late refunds arrive.
func TestOffboarding(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, f *fixture) {
		c := f.clerk()
		b := c.charges(cobalt, "3003", "vora")
		b.pays(buyer.CardApproved)
		f.delivers()
		open := c.charges(cobalt, "3001", "vora")
		form := c.form(cobalt, "3001", "vora")
		response, _ := c.post("/tenants/cobalt/offboard", nil)
		require.Equal(t, http.StatusUnprocessableEntity, response.StatusCode, "nobody was asked")
		response, _ = c.post("/tenants/cobalt/offboard", url.Values{"sure": {"cobalt"}})
		require.Equal(t, http.StatusSeeOther, response.StatusCode)

		for path, form := range map[string]url.Values{"/tenants/cobalt/charges": form, open.path() + "/pay": nil, open.path() + "/retry": nil} {
			response, page := c.post(path, form)
			require.Equal(t, http.StatusConflict, response.StatusCode, path)
			require.Contains(t, page, "has left", path)
		}
		require.Len(t, f.gateway.Sessions(), 2)
		f.clock.Advance(48 * time.Hour)
		f.refunds(b.session, 0)
		require.Equal(t, "refunded", b.status())
		require.Contains(t, b.page(), "after the tenant had left")
		require.Equal(t, "expired", open.status())
		require.Equal(t, "pending", c.charges(acme, "1001", "vora").status(), "the others go on")
	})
}

// The database has no credential and no address of a page in clear.
func TestWhatIsStoredIsEncrypted(t *testing.T) {
	t.Parallel()
	f := setup(t)
	c := f.clerk()
	b := c.charges(acme, "1001", "vora")
	c.charges(acme, "1001", "visionscope")
	secrets := []string{b.checkout}
	for _, m := range f.gateway.Merchants() {
		for _, credential := range m.Credentials() {
			secrets = append(secrets, credential.Value)
		}
	}
	for _, query := range []string{"SELECT * FROM crm_accounts", "SELECT * FROM crm_charges", "SELECT * FROM crm_timeline", "SELECT * FROM crm_events"} {
		rows, err := f.db.QueryContext(t.Context(), query)
		require.NoError(t, err)
		columns, err := rows.Columns()
		require.NoError(t, err)
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			require.NoError(t, rows.Scan(into...))
			for _, secret := range secrets {
				require.NotContains(t, fmt.Sprintf("%s", values), secret, query)
			}
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
	}
}
