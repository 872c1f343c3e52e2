// Package completeness holds the SDK to the contracts with data. Its tests fill every field that a
// contract describes with a value of its own, send that through the public clients and verifiers,
// and find each value again in what a user gets. A field, an event or a parameter of a contract is
// done when its value arrives, and not when its name exists.
//
// What does not arrive fails by name, for example
//
//	vora: getSession 200: Session.shippingAddress.zip does not arrive
//
// and is either carried then, or listed in the gateway's table as left out, with the reason.
package completeness
