package sandbox

import (
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// Sessions lists the sessions that the sandbox remembers, oldest first.
func (s *Sandbox) Sessions() []control.Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]control.Session, 0, len(s.oldest))
	for _, x := range s.oldest {
		out = append(out, s.infoNow(x))
	}
	return out
}

// infoNow is a session as it is now. Called with Sandbox.mu held.
func (s *Sandbox) infoNow(x *session) control.Session {
	s.expireIfDue(x)
	return x.info()
}

func (x *session) info() control.Session {
	path, refundable := voraPages, int64(0)
	switch {
	case x.gateway == visionScopeGateway:
		path = visionScopePages
	case x.status == succeeded:
		refundable = x.amount.Minor() - x.refunded
	}
	return control.Session{
		ID: x.id, Gateway: sdk.Gateway(x.gateway), MerchantID: x.account.ID, Amount: x.amount, Status: control.SessionStatus(x.status),
		Description: value(x.vora.Description), CreatedAt: x.createdAt, UpdatedAt: x.updatedAt.UTC(), ExpiresAt: x.expiresAt,
		CheckoutURL: x.origin + path + x.id, Refunded: x.refunded, Refundable: refundable,
	}
}
