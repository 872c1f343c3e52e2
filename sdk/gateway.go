package sdk

// A Gateway is one of the hosted-checkout gateways that this SDK knows, by the name that stands in operations, log
// attributes and stored events.
type Gateway string

// The gateways.
const (
	GatewayVisionScope Gateway = "visionscope"
	GatewayVora        Gateway = "vora"
)

// A Mode separates test payments from real ones. It is empty where nothing says which: VisionScope's keys and events
// do not.
type Mode string

// The modes.
const (
	ModeTest Mode = "test"
	ModeLive Mode = "live"
)
