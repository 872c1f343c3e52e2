package visionscope

import (
	"crypto/rand"
	"encoding/hex"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// NewWebhookSecret makes a secret for one checkout: 32 random bytes as 64 hex characters.
// (VisionScope documentation, section 8.)
func NewWebhookSecret() sdk.Secret {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	return sdk.NewSecret(hex.EncodeToString(random[:]))
}
