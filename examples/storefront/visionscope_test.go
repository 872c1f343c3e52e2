package main_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
)

// The ways to show VisionScope's checkout, and the part of the window that shows it.
func options() map[string]browser.Place {
	return map[string]browser.Place{"visionscope-redirect": browser.Window, "visionscope-handover": browser.Frame, "visionscope-frame": browser.Frame}
}

// buy presses the button.
func (f *fixture) buy(b browser.Browser, way string) *browser.Tab {
	f.t.Helper()
	buyer := b.Open(f.t, f.url)
	buyer.Clicks(browser.Window, `input[value="`+way+`"]`)
	buyer.Clicks(browser.Window, "form button")
	return buyer
}

func testVisionScope(t *testing.T, b browser.Browser) {
	for way, where := range options() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			t.Run("approved", func(t *testing.T) {
				t.Parallel()
				f := setup(t)
				buyer := f.buy(b, way)
				buyer.Pay(where, approved)
				buyer.Sees(browser.Window, "your parcel is on its way")
				require.Equal(t, order{"paid", true}, f.order())
				require.Contains(t, buyer.At(), f.url+"/return/visionscope?", "in the whole window")
				if where == browser.Frame {
					require.NotContains(t, buyer.History(), "/checkout/cs_", "the address was hidden all the time")
				}
			})
			t.Run("declined", func(t *testing.T) {
				t.Parallel()
				f := setup(t)
				buyer := f.buy(b, way)
				buyer.Pay(where, declined)
				buyer.Sees(browser.Window, "The payment did not work")
				require.Equal(t, order{"failed", false}, f.order())
				require.Contains(t, buyer.At(), f.url+"/return/visionscope?")
			})
			t.Run("3DS", func(t *testing.T) {
				t.Parallel()
				f := setup(t)
				buyer := f.buy(b, way)
				buyer.Pay(where, challenge)
				buyer.Sees(browser.Window, "Is it you?")
				require.Contains(t, buyer.At(), f.pages+"/checkout/", "the bank's page has the whole window")
				require.Equal(t, order{"open", false}, f.order())
				buyer.Clicks(browser.Window, `button[value="challenge_pass"]`)
				buyer.Sees(browser.Window, "your parcel is on its way")
				require.Equal(t, order{"paid", true}, f.order())
			})
			t.Run("3DS rejected", func(t *testing.T) {
				t.Parallel()
				f := setup(t)
				buyer := f.buy(b, way)
				buyer.Pay(where, challenge)
				buyer.Clicks(browser.Window, `button[value="challenge_fail"]`)
				buyer.Sees(browser.Window, "Payment declined after 3DS")
				require.Equal(t, order{"failed", false}, f.order())
			})
		})
	}
}

// The handed-over URL can be read once.
func testHandOver(t *testing.T, b browser.Browser) {
	f := setup(t)
	buyer := f.buy(b, "visionscope-handover")
	buyer.Sees(browser.Frame, "Pay Acme Vitamins")
	require.Equal(t, f.url+"/checkout/picked-up?order=1", buyer.At())
	require.Equal(t, "0", buyer.Asks(browser.Window, "sessionStorage.length"))

	buyer.Reload() // the address is gone, and handed over once more
	buyer.Pay(browser.Frame, approved)
	buyer.Sees(browser.Window, "your parcel is on its way")
	require.NotContains(t, buyer.History(), "/checkout/cs_")

	buyer.GoTo(f.url + "/checkout/picked-up?order=1")
	buyer.Sees(browser.Window, "your parcel is on its way")
}

// A page with the frame in it can be loaded again.
func testFrameReload(t *testing.T, b browser.Browser) {
	f := setup(t)
	buyer := f.buy(b, "visionscope-frame")
	buyer.Sees(browser.Frame, "Pay Acme Vitamins")
	buyer.Reload()
	buyer.Pay(browser.Frame, approved)
	buyer.Sees(browser.Window, "your parcel is on its way")
}

// without removes a word from the shop's pages.
func (f *fixture) without(word string) {
	f.put(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			for name, values := range answer.Header() {
				w.Header()[name] = values
			}
			w.WriteHeader(answer.Code)
			_, _ = w.Write(bytes.ReplaceAll(answer.Body.Bytes(), []byte(word), nil))
		})
	})
}

// An iframe that lacks a documented sandbox token fails here as it does in production, and the page
// says why.
func testFrameWithoutTopNavigation(t *testing.T, b browser.Browser) {
	t.Run("3DS", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		f.without(" allow-top-navigation")
		buyer := f.buy(b, "visionscope-frame")
		buyer.Pay(browser.Frame, challenge)
		buyer.Sees(browser.Frame, "sandbox attribute lacks allow-top-navigation")
		require.Equal(t, f.url+"/checkout?order=1", buyer.At(), "it could not leave")
		require.Equal(t, order{"open", false}, f.order())

		before := buyer.Asks(browser.Frame, "performance.timeOrigin")
		_, err := buyer.Evaluate(browser.Frame, "location.replace(document.getElementById('break-out').href)", true)
		require.NoError(t, err)
		buyer.Until("the frame to be loaded again", func() (bool, error) {
			now, err := buyer.Text(browser.Frame, "document.readyState == 'complete' ? performance.timeOrigin : "+before)
			return err == nil && now != before, err
		})
		require.NotContains(t, buyer.Asks(browser.Frame, "document.body.innerText"), "Is it you?", "the bank's page refuses to be framed")
	})
	t.Run("return", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		f.without(" allow-top-navigation")
		buyer := f.buy(b, "visionscope-frame")
		buyer.Pay(browser.Frame, approved)
		buyer.Sees(browser.Frame, "sandbox attribute lacks allow-top-navigation")
		require.Equal(t, f.url+"/checkout?order=1", buyer.At())
		f.becomes(order{"paid", true})

		buyer.Clicks(browser.Frame, `a[target="_blank"]`)
		buyer.Opens(f.url+"/return/", "Order 1 ")
	})
}

// The framed page can also end in the other documented ways: the shop's page replaces it, or it
// posts a message.
func testFrameExits(t *testing.T, b browser.Browser) {
	chosen := func(t *testing.T, exit string) (*fixture, *browser.Tab) {
		f := setup(t)
		buyer := f.buy(b, "visionscope-frame")
		buyer.Sees(browser.Frame, "gives way to the shop's page")
		buyer.Asks(browser.Frame, `document.getElementById("exit").value = "`+exit+`"`)
		return f, buyer
	}
	t.Run("break-out", func(t *testing.T) {
		t.Parallel()
		f, buyer := chosen(t, "break_out")
		f.put(func(next http.Handler) http.Handler { // a shop that does nothing about its frame
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Header.Del("Sec-Fetch-Dest")
				next.ServeHTTP(w, r)
			})
		})
		buyer.Pay(browser.Frame, approved)
		buyer.Sees(browser.Window, "your parcel is on its way")
		require.Contains(t, buyer.At(), f.url+"/return/visionscope?")
	})
	t.Run("message", func(t *testing.T) {
		t.Parallel()
		f, buyer := chosen(t, "message")
		buyer.Asks(browser.Window, `addEventListener("message", (event) => { document.title = event.origin + " " + JSON.stringify(event.data); })`)
		buyer.Pay(browser.Frame, declined)
		buyer.Until("the message", func() (bool, error) {
			title, err := buyer.Text(browser.Window, "document.title")
			return strings.HasPrefix(title, f.pages+` {"type":"visionscope.checkout.finished"`) && strings.Contains(title, `"status":"failed"`), err
		})
		require.Equal(t, f.url+"/checkout?order=1", buyer.At(), "the shop decides what to do")
		buyer.Sees(browser.Frame, "The shop's page did not take over.")
		buyer.Clicks(browser.Frame, "#hand-back")
		buyer.Sees(browser.Window, "The payment did not work")
	})
}
