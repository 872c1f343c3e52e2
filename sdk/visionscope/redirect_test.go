package visionscope_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

const (
	checkoutOrigin = "https://pay.visionscopeai.com"
	checkoutURL    = checkoutOrigin + "/checkout/" + checkoutID
)

func checkout(address string) *visionscope.CreatedCheckout {
	return &visionscope.CreatedCheckout{ID: checkoutID, CheckoutURL: sdk.NewSecret(address)}
}

func TestRedirectIsSeeOtherAndNotStored(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	checkout(checkoutURL).Redirect(w, httptest.NewRequest(http.MethodPost, "/buy", nil))
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Equal(t, checkoutURL, w.Header().Get("Location"))
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	require.Equal(t, checkoutOrigin, checkout(checkoutURL).Origin())
	require.Equal(t, "http://localhost:4010", checkout("http://localhost:4010/checkout/cs_1").Origin())
}

// A broken gateway may send such addresses, and no browser may be sent to them.
func TestOnlyWebURLsAreRedirectedTo(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "/checkout/cs_1", "//pay.example.com", "javascript:alert(1)", "data:text/html,x", "https:"} {
		created := checkout(address)
		require.Empty(t, created.Origin(), address)

		w := httptest.NewRecorder()
		created.Redirect(w, httptest.NewRequest(http.MethodPost, "/buy", nil))
		require.Equal(t, http.StatusBadGateway, w.Code, address)
		require.Empty(t, w.Header().Get("Location"), address)
	}
}

func ExampleCreatedCheckout_Redirect() {
	// What CreateCheckout returned.
	created := &visionscope.CreatedCheckout{
		ID:          "cs_mo8ly3a8_67d5e72898f11888",
		CheckoutURL: sdk.NewSecret("https://pay.visionscopeai.com/checkout/cs_mo8ly3a8_67d5e72898f11888"),
	}

	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/buy", nil)
	created.Redirect(w, r)
	fmt.Println(w.Code, w.Header().Get("Cache-Control"))
	fmt.Println(w.Header().Get("Location"))
	// Output:
	// 303 no-store
	// https://pay.visionscopeai.com/checkout/cs_mo8ly3a8_67d5e72898f11888
}
