package vora_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func TestRedirectSendsTheBuyerToThePage(t *testing.T) {
	t.Parallel()
	created := vora.CreatedSession{CheckoutURL: sdk.NewSecret("https://checkout.vonpay.com/checkout?session=vp_cs_test_1")}
	w := httptest.NewRecorder()
	created.Redirect(w, httptest.NewRequest(http.MethodPost, "/buy", nil))
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Equal(t, "https://checkout.vonpay.com/checkout?session=vp_cs_test_1", w.Header().Get("Location"))
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}

func TestRedirectNeedsAnAddressOnTheWeb(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	new(vora.CreatedSession).Redirect(w, httptest.NewRequest(http.MethodPost, "/buy", nil))
	require.Equal(t, http.StatusBadGateway, w.Code)
	require.Empty(t, w.Header().Get("Location"))
}

func TestOriginIsWhatAPolicyNames(t *testing.T) {
	t.Parallel()
	created := vora.CreatedSession{CheckoutURL: sdk.NewSecret("https://checkout.vonpay.com/checkout?session=vp_cs_test_1")}
	require.Equal(t, "https://checkout.vonpay.com", created.Origin())
	created.CheckoutURL = sdk.NewSecret("/checkout?session=vp_cs_test_1")
	require.Empty(t, created.Origin())
}

func ExampleCreatedSession_Redirect() {
	// What CreateSession returned.
	created := &vora.CreatedSession{ID: "vp_cs_test_1", CheckoutURL: sdk.NewSecret("https://checkout.vonpay.com/checkout?session=vp_cs_test_1")}

	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/buy", nil)
	created.Redirect(w, r)
	fmt.Println(w.Code, w.Header().Get("Cache-Control"))
	fmt.Println(w.Header().Get("Location"))
	// Output:
	// 303 no-store
	// https://checkout.vonpay.com/checkout?session=vp_cs_test_1
}
