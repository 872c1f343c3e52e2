// Package embedded shows VisionScope's checkout inside a page of the shop's own, in an iframe.
// (VisionScope documentation, section 4, options B and C.) It stands apart from package visionscope
// because it links html/template.
//
// A [Frame] is the element, with exactly the documented attributes, and its [Frame.Policy] is what
// the page around it must allow:
//
//	frame, err := embedded.NewFrame(created) // what CreateCheckout returned
//	…
//	w.Header().Set("Cache-Control", "no-store")
//	w.Header().Set("Content-Security-Policy", "default-src 'none'; "+frame.Policy().String())
//	err = page.Execute(w, frame) // <main>{{.HTML}}</main>
//
// [HandOver] and [PickUpFrame] do the same with a page that has no checkout URL in it. After
// either, the return page loads inside the frame: wrap its handler in [BreakOut].
package embedded
