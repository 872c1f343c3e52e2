package vora

import (
	"fmt"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
)

// Refund gives back a part of a succeeded session, as the merchant does in Vora's dashboard, and
// reports refund.created.
func (g *Gateway) Refund(sessionID string, amount int64) (refundID string, err error) {
	_, unknown := g.Ledger.Update(sessionID, func(tx *ledger.Tx) {
		left := tx.Refundable
		if amount == 0 {
			amount = left
		}
		switch {
		case tx.Status != control.SessionSucceeded:
			err = fmt.Errorf("session %q is %s: only one that is succeeded can be refunded", sessionID, tx.Status)
		case amount < 1 || amount > left:
			err = fmt.Errorf("%d minor units cannot be refunded: %d are left of session %q", amount, left, sessionID)
		default:
			refundID = "re_" + g.ids.refund.Base32(10)
			tx.Refund(refundID, amount)
			g.report(tx, refundEvent(tx, refundID, amount))
		}
	})
	if unknown != nil {
		err = fmt.Errorf("session %q: %w", sessionID, unknown)
	}
	return refundID, err
}
