package main_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The ways to show VisionScope's checkout, and the part of the window that shows it.
func options() map[string]place {
	return map[string]place{"visionscope-redirect": window, "visionscope-handover": frame, "visionscope-frame": frame}
}

// buy presses the button.
func (f *fixture) buy(b browser, way string) *tab {
	f.t.Helper()
	buyer := b.open(f.t, f.url)
	buyer.clicks(window, `input[value="`+way+`"]`)
	buyer.clicks(window, "form button")
	return buyer
}

// pay fills in the form with a test card and sends it.
func (b *tab) pay(p place, card string) {
	b.t.Helper()
	b.clicks(p, `button[data-number="`+card+`"]`)
	b.clicks(p, `button[value="pay"]`)
}

func testVisionScope(t *testing.T, b browser) {
	for way, where := range options() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			t.Run("approved", func(t *testing.T) {
				t.Parallel()
				f := setup(t)
				buyer := f.buy(b, way)
				buyer.pay(where, approved)
				buyer.sees(window, "your parcel is on its way")
				require.Equal(t, order{"paid", true}, f.order())
				require.Contains(t, buyer.at(), f.url+"/return/visionscope?", "in the whole window")
				if where == frame {
					require.NotContains(t, buyer.history(), "/checkout/cs_", "the address was hidden all the time")
				}
			})
			t.Run("declined", func(t *testing.T) {
				t.Parallel()
				f := setup(t)
				buyer := f.buy(b, way)
				buyer.pay(where, declined)
				buyer.sees(window, "The payment did not work")
				require.Equal(t, order{"failed", false}, f.order())
				require.Contains(t, buyer.at(), f.url+"/return/visionscope?")
			})
			t.Run("3DS", func(t *testing.T) {
				t.Parallel()
				f := setup(t)
				buyer := f.buy(b, way)
				buyer.pay(where, challenge)
				buyer.sees(window, "Is it you?")
				require.Contains(t, buyer.at(), f.pages+"/checkout/", "the bank's page has the whole window")
				require.Equal(t, order{"open", false}, f.order())
				buyer.clicks(window, `button[value="challenge_pass"]`)
				buyer.sees(window, "your parcel is on its way")
				require.Equal(t, order{"paid", true}, f.order())
			})
			t.Run("3DS rejected", func(t *testing.T) {
				t.Parallel()
				f := setup(t)
				buyer := f.buy(b, way)
				buyer.pay(where, challenge)
				buyer.clicks(window, `button[value="challenge_fail"]`)
				buyer.sees(window, "Payment declined after 3DS")
				require.Equal(t, order{"failed", false}, f.order())
			})
		})
	}
}

// The handed-over URL can be read once.
func testHandOver(t *testing.T, b browser) {
	f := setup(t)
	buyer := f.buy(b, "visionscope-handover")
	buyer.sees(frame, "Pay Acme Vitamins")
	require.Equal(t, f.url+"/checkout/picked-up?order=1", buyer.at())
	require.Equal(t, "0", buyer.asks(window, "sessionStorage.length"))

	buyer.reload() // the address is gone, and handed over once more
	buyer.pay(frame, approved)
	buyer.sees(window, "your parcel is on its way")
	require.NotContains(t, buyer.history(), "/checkout/cs_")

	buyer.goTo(f.url + "/checkout/picked-up?order=1")
	buyer.sees(window, "your parcel is on its way")
}

// A page with the frame in it can be loaded again.
func testFrameReload(t *testing.T, b browser) {
	f := setup(t)
	buyer := f.buy(b, "visionscope-frame")
	buyer.sees(frame, "Pay Acme Vitamins")
	buyer.reload()
	buyer.pay(frame, approved)
	buyer.sees(window, "your parcel is on its way")
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
func testFrameWithoutTopNavigation(t *testing.T, b browser) {
	t.Run("3DS", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		f.without(" allow-top-navigation")
		buyer := f.buy(b, "visionscope-frame")
		buyer.pay(frame, challenge)
		buyer.sees(frame, "sandbox attribute lacks allow-top-navigation")
		require.Equal(t, f.url+"/checkout?order=1", buyer.at(), "it could not leave")
		require.Equal(t, order{"open", false}, f.order())

		before := buyer.asks(frame, "performance.timeOrigin")
		_, err := buyer.evaluate(frame, "location.replace(document.getElementById('break-out').href)", true)
		require.NoError(t, err)
		buyer.until("the frame to be loaded again", func() (bool, error) {
			now, err := buyer.text(frame, "document.readyState == 'complete' ? performance.timeOrigin : "+before)
			return err == nil && now != before, err
		})
		require.NotContains(t, buyer.asks(frame, "document.body.innerText"), "Is it you?", "the bank's page refuses to be framed")
	})
	t.Run("return", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		f.without(" allow-top-navigation")
		buyer := f.buy(b, "visionscope-frame")
		buyer.pay(frame, approved)
		buyer.sees(frame, "sandbox attribute lacks allow-top-navigation")
		require.Equal(t, f.url+"/checkout?order=1", buyer.at())
		f.becomes(order{"paid", true})

		buyer.clicks(frame, `a[target="_blank"]`)
		buyer.opens(f.url+"/return/", "Order 1 ")
	})
}

// The framed page can also end in the other documented ways: the shop's page replaces it, or it
// posts a message.
func testFrameExits(t *testing.T, b browser) {
	chosen := func(t *testing.T, exit string) (*fixture, *tab) {
		f := setup(t)
		buyer := f.buy(b, "visionscope-frame")
		buyer.sees(frame, "gives way to the shop's page")
		buyer.asks(frame, `document.getElementById("exit").value = "`+exit+`"`)
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
		buyer.pay(frame, approved)
		buyer.sees(window, "your parcel is on its way")
		require.Contains(t, buyer.at(), f.url+"/return/visionscope?")
	})
	t.Run("message", func(t *testing.T) {
		t.Parallel()
		f, buyer := chosen(t, "message")
		buyer.asks(window, `addEventListener("message", (event) => { document.title = event.origin + " " + JSON.stringify(event.data); })`)
		buyer.pay(frame, declined)
		buyer.until("the message", func() (bool, error) {
			title, err := buyer.text(window, "document.title")
			return strings.HasPrefix(title, f.pages+` {"type":"visionscope.checkout.finished"`) && strings.Contains(title, `"status":"failed"`), err
		})
		require.Equal(t, f.url+"/checkout?order=1", buyer.at(), "the shop decides what to do")
		buyer.sees(frame, "The shop's page did not take over.")
		buyer.clicks(frame, "#hand-back")
		buyer.sees(window, "The payment did not work")
	})
}
