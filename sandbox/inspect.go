package sandbox

import (
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A SessionInfo is a session of either gateway, for the dashboard and for tests.
type SessionInfo struct {
	ID          string       `json:"id"`
	Gateway     string       `json:"gateway"` // vora or visionscope
	MerchantID  string       `json:"merchantId"`
	Amount      money.Amount `json:"amount"`
	Status      string       `json:"status"` // as Vora calls it, at both
	Description string       `json:"description,omitempty"`
	CreatedAt   time.Time    `json:"createdAt"`
	UpdatedAt   time.Time    `json:"updatedAt"`
	ExpiresAt   time.Time    `json:"expiresAt,omitzero"`
	CheckoutURL string       `json:"checkoutUrl"`
	Refunded    int64        `json:"refunded,omitempty"` // minor units
}

// Sessions lists the sessions that the sandbox remembers, oldest first.
func (s *Sandbox) Sessions() []SessionInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]SessionInfo, 0, len(s.oldest))
	for _, x := range s.oldest {
		s.expireIfDue(x)
		out = append(out, x.info())
	}
	return out
}

func (x *session) info() SessionInfo {
	path := voraPages
	if x.gateway == visionScopeGateway {
		path = visionScopePages
	}
	return SessionInfo{
		ID: x.id, Gateway: string(x.gateway), MerchantID: x.account.ID, Amount: x.amount, Status: string(x.status),
		Description: value(x.vora.Description), CreatedAt: x.createdAt, UpdatedAt: x.updatedAt.UTC(), ExpiresAt: x.expiresAt,
		CheckoutURL: x.origin + path + x.id, Refunded: x.refunded,
	}
}
