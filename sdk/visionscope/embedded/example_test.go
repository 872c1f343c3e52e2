package embedded_test

import (
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope/embedded"
)

// What CreateCheckout returned.
func exampleCheckout() *visionscope.CreatedCheckout {
	return &visionscope.CreatedCheckout{
		ID:          "cs_mo8ly3a8_67d5e72898f11888",
		CheckoutURL: sdk.NewSecret("https://pay.visionscopeai.com/checkout/cs_mo8ly3a8_67d5e72898f11888"),
	}
}

// Option B, the response to the buy form. The page at /checkout shows a PickUpFrame.
func ExampleHandOver() {
	created := exampleCheckout()

	w := httptest.NewRecorder()
	if err := embedded.HandOver(w, created, "/checkout"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.Code, w.Header().Get("Cache-Control"), w.Header().Get("Referrer-Policy"))
	// Output: 200 no-store no-referrer
}

// Option B, the page that was handed over to.
func ExamplePickUpFrame() {
	frame, err := embedded.PickUpFrame("https://pay.visionscopeai.com", "/")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(frame)
	fmt.Println(frame.Policy().FrameSrc)
	// Output:
	// embedded.Frame(of https://pay.visionscopeai.com)
	// 'self' https://pay.visionscopeai.com
}

// Option C, in the shop's own page.
func ExampleNewFrame() {
	page := template.Must(template.New("checkout").Parse("<h1>Acme Vitamins</h1>\n{{.HTML}}\n"))

	frame, err := embedded.NewFrame(exampleCheckout())
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; "+frame.Policy().String())
	_ = page.Execute(os.Stdout, frame)
	// Output:
	// <h1>Acme Vitamins</h1>
	// <iframe
	//   id="checkoutFrame"
	//   title="Secure Checkout"
	//   sandbox="allow-scripts allow-forms allow-same-origin allow-top-navigation allow-popups"
	//   referrerpolicy="no-referrer-when-downgrade"
	//   style="width:100%; height:100vh; border:0; display:block;"
	//   src="https://pay.visionscopeai.com/checkout/cs_mo8ly3a8_67d5e72898f11888"
	// ></iframe>
}

func ExampleBreakOut() {
	http.Handle("GET /return", embedded.BreakOut(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// find the order of this session_id among those of the shop's own cookie, and show what the
		// webhook has said
		fmt.Fprintln(w, "Thank you, we are checking your payment")
	})))
}
