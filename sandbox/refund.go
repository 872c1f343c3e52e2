package sandbox

import (
	"fmt"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
)

// Refund gives back a part of a succeeded session, as the merchant does in the gateway's dashboard:
// amount in minor units of the session's currency, 0 for all that is left. The merchant is told by
// a webhook; the ID is the refund's.
func (s *Sandbox) Refund(sessionID string, amount int64) (refundID string, err error) {
	session, err := s.ledger.Session(sessionID)
	if err != nil {
		return "", fmt.Errorf("sandbox: session %q: %w", sessionID, err)
	}
	g, ok := s.gateways[session.Gateway].(gateway.Refunder)
	if !ok {
		return "", fmt.Errorf("sandbox: session %q cannot be refunded: %s reports no refunds", sessionID, session.Gateway)
	}
	refundID, err = g.Refund(sessionID, amount)
	return refundID, wrap(err)
}
