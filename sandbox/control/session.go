package control

import (
	"context"
	"net/url"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A Session is a session or checkout of any gateway.
type Session struct {
	ID          string        `json:"id"`
	Gateway     sdk.Gateway   `json:"gateway"`
	MerchantID  string        `json:"merchantId"`
	Amount      money.Amount  `json:"amount"`
	Status      SessionStatus `json:"status"`
	Description string        `json:"description,omitempty"`
	CreatedAt   time.Time     `json:"createdAt"`
	UpdatedAt   time.Time     `json:"updatedAt"`
	// ExpiresAt is zero where sessions have no documented lifetime.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
	// CheckoutURL is the URL of the hosted page.
	CheckoutURL string `json:"checkoutUrl"`
	// Refunded is in minor units of the amount's currency.
	Refunded int64 `json:"refunded,omitempty"`
	// Refundable is what POST sessions/{id}/refund can still refund, in minor units.
	Refundable int64 `json:"refundable,omitempty"`

	// CreatedBy is the number of the request that created the session.
	CreatedBy int64 `json:"createdBy"`
	// IdempotencyKey is that of the request, where the gateway reads one.
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
	// History is what has happened to the session since, oldest first.
	History []SessionChange `json:"history,omitempty"`
}

// A SessionChange is a change of a session: to another status, or a refund.
type SessionChange struct {
	At       time.Time     `json:"at"`     // by the sandbox's clock
	Status   SessionStatus `json:"status"` // after the change
	RefundID string        `json:"refundId,omitempty"`
	Refunded int64         `json:"refunded,omitempty"` // minor units of this refund
}

// A SessionStatus is a session's status in the sandbox's own words, the same for every gateway.
type SessionStatus string

// The statuses of a session.
const (
	SessionPending    SessionStatus = "pending"    // the buyer has not decided
	SessionProcessing SessionStatus = "processing" // the charge is under way
	SessionSucceeded  SessionStatus = "succeeded"
	SessionFailed     SessionStatus = "failed"
	SessionExpired    SessionStatus = "expired"
	SessionRefunded   SessionStatus = "refunded" // completely
)

// RefundParams is the body of POST sessions/{id}/refund.
type RefundParams struct {
	// Amount is in minor units of the session's currency; 0 for everything that is left.
	Amount int64 `json:"amount"`
}

// A Refund is the response to POST sessions/{id}/refund.
type Refund struct {
	ID string `json:"refundId"`
}

// Sessions lists the sessions that the sandbox remembers, oldest first.
func (c *Client) Sessions(ctx context.Context) ([]Session, error) {
	return get[[]Session](ctx, c, "sessions")
}

// Refund refunds a part of a paid session, in minor units of its currency; 0 for everything that is
// left. The merchant receives the gateway's event about it.
func (c *Client) Refund(ctx context.Context, sessionID string, amount int64) (Refund, error) {
	return post[Refund](ctx, c, "sessions/"+url.PathEscape(sessionID)+"/refund", RefundParams{Amount: amount})
}
