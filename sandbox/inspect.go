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
		s.expireIfDue(x)
		out = append(out, x.info())
	}
	return out
}

func (x *session) info() control.Session {
	path := voraPages
	if x.gateway == visionScopeGateway {
		path = visionScopePages
	}
	return control.Session{
		ID: x.id, Gateway: sdk.Gateway(x.gateway), MerchantID: x.account.ID, Amount: x.amount, Status: control.SessionStatus(x.status),
		Description: value(x.vora.Description), CreatedAt: x.createdAt, UpdatedAt: x.updatedAt.UTC(), ExpiresAt: x.expiresAt,
		CheckoutURL: x.origin + path + x.id, Refunded: x.refunded,
	}
}
