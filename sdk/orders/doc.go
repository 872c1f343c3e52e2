// Package orders works out the state of an order from the events of its payment, whichever gateway
// they are from.
//
// Keep a [State] with each order, as JSON, and whether its parcel has been sent. For each event,
// read both, [Apply] the event, write both, in one transaction:
//
//	state, transition := orders.Apply(state, event)
//	if state.MayShip() && !sent {
//		sent = true
//		…
//	}
//
// Events may come in any order and more than once: the same events always end in the same state,
// and a transition says what an event changed. What the gateway says when it is asked goes in with
// [ApplyRead], in the same way: whichever comes first makes the order paid, and "sent" is what is
// left to ask.
package orders
