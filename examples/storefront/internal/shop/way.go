package shop

import (
	"slices"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A way is a gateway and how its checkout is shown.
type way string

const (
	visionScopeRedirect way = "visionscope-redirect"
	visionScopeHandOver way = "visionscope-handover"
	visionScopeFrame    way = "visionscope-frame"
	voraRedirect        way = "vora-redirect"
)

func (w way) gateway() sdk.Gateway {
	if w == voraRedirect {
		return sdk.GatewayVora
	}
	return sdk.GatewayVisionScope
}

// Title is what buyers choose.
func (w way) Title() string {
	switch w {
	case visionScopeRedirect:
		return "VisionScope, on its own page"
	case visionScopeHandOver:
		return "VisionScope, handed over"
	case visionScopeFrame:
		return "VisionScope, right here"
	case voraRedirect:
		return "Vora"
	}
	return string(w)
}

// About explains the choice.
func (w way) About() string {
	switch w {
	case visionScopeRedirect:
		return "Option A: we send you to the checkout."
	case visionScopeHandOver:
		return "Option B: the checkout fills this window, and its address is nowhere to be seen."
	case visionScopeFrame:
		return "Option C: the checkout opens inside of our page."
	case voraRedirect:
		return "We send you to the checkout."
	}
	return ""
}

// ways returns the ways that this shop has an account for.
func (s *Shop) ways() []way {
	var list []way
	if s.VisionScope != nil {
		list = append(list, visionScopeRedirect, visionScopeHandOver, visionScopeFrame)
	}
	if s.Vora != nil {
		list = append(list, voraRedirect)
	}
	return list
}

func (s *Shop) offers(w way) bool { return slices.Contains(s.ways(), w) }
