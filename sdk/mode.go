package sdk

// A Mode separates test payments from real ones. It is empty where nothing says which:
// VisionScope's keys and events do not.
type Mode string

// The modes.
const (
	ModeTest Mode = "test"
	ModeLive Mode = "live"
)
