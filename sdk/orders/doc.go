// Package orders works out the state of an order from the events of its payment, whichever gateway
// they are from.
//
// Keep a [State] with each order, as JSON. For each event, read it, [Apply] the event, write it, in
// one transaction:
//
//	state, transition := orders.Apply(state, event)
//	if transition.BecamePaid() && state.MayShip() {
//		…
//	}
//
// Events may come in any order and more than once: the same events always end in the same state,
// and a transition says what an event changed, so that nothing is sent twice.
package orders
