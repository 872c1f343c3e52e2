package sdk

// A Gateway is one of the hosted-checkout gateways that this SDK knows, by the name that stands in
// operations, log attributes and stored events.
type Gateway string
