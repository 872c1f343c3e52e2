package main

import (
	"fmt"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/screen"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A deliveryView is how a delivery looks under --json.
type deliveryView struct {
	Event        string          `json:"event"`
	Scheme       webhooks.Scheme `json:"scheme"`
	ID           string          `json:"id,omitempty"` // of the event
	Duplicate    bool            `json:"duplicate"`    // delivered before by this command
	Status       int             `json:"status"`       // 0 when there was no response
	Milliseconds float64         `json:"durationMs"`
	Error        string          `json:"error,omitempty"`
}

func (v deliveryView) accepted() bool { return v.Status/100 == 2 }

func (v deliveryView) String() string {
	result := fmt.Sprintf("%d  %.1fms", v.Status, v.Milliseconds)
	if v.Error != "" {
		result = fmt.Sprintf("no response  %.1fms%s", v.Milliseconds, screen.Below(2, v.Error))
	}
	line := v.Event
	if v.ID != "" {
		line += "  " + v.ID
	}
	if v.Duplicate {
		line += "  duplicate"
	}
	return line + "  " + result + "\n"
}
