// Package buyer is a buyer at a hosted page of the sandbox: it opens a checkout URL, fills in the
// form and presses a button, as a person in a browser does. It works with the page of any gateway,
// because it reads the form.
//
//	page, err := buyer.Open(ctx, nil, created.CheckoutURL)
//	…
//	back, err := page.Pay(ctx, buyer.CardApproved) // where the gateway sends the browser: the signed return URL
//
// A card decides the outcome, as do the page's other buttons:
//
//	_, err = page.Pay(ctx, buyer.CardChallenge) // nil: the buyer stays on the page, which asks for 3D Secure
//	back, err = page.Press(ctx, buyer.ButtonPassChallenge)
//
// Tests have the same in package sandboxtest, without contexts and errors.
package buyer
