package sandbox

import (
	"fmt"
	"slices"
	"time"

	genvora "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// The statuses of a session. VisionScope's paid and failed are succeeded and failed here.
const (
	pending    = genvora.SessionStatusPending
	processing = genvora.SessionStatusProcessing
	succeeded  = genvora.SessionStatusSucceeded
	failed     = genvora.SessionStatusFailed
	expired    = genvora.SessionStatusExpired
)

// A session is one purchase at either gateway. Its fields are guarded by Sandbox.mu; what it was created with does not
// change.
type session struct {
	id        string
	gateway   gateway
	account   *account
	origin    string // where its page is
	amount    money.Amount
	createdAt time.Time
	expiresAt time.Time // zero at VisionScope, whose checkouts have no documented lifetime

	vora   *genvora.CreateSessionRequest // as created; empty at VisionScope
	vision visionScopeCheckout           // as created

	status      genvora.SessionStatus
	updatedAt   time.Time
	challenged  bool   // the card asked for 3D Secure, and the answer is pending
	cardEnding  string // last four digits of the card that was challenged
	transaction string
	shipping    *genvora.ShippingAddress
	failureCode string
	reason      string // of a failure, in words
	refunded    int64  // minor units
	replayKey   string // of the create that made it; empty when it had no idempotency key
}

// gateway tells the two apart.
type gateway string

const (
	voraGateway        gateway = "vora"
	visionScopeGateway gateway = "visionscope"
)

// visionScopeCheckout is what a VisionScope checkout was created with, and its order id.
type visionScopeCheckout struct {
	webhookURL    string
	webhookSecret string
	returnURL     string
	orderID       string
}

// add takes a new session, and watches over its lifetime.
func (s *Sandbox) add(x *session) {
	x.status, x.updatedAt = pending, x.createdAt
	defer s.changed()
	s.keepSession(x)
	if !x.expiresAt.IsZero() {
		s.watchOver(x)
	}
}

// expireIfDue ends a session whose lifetime is over. The timer may be late; a read must not be.
func (s *Sandbox) expireIfDue(x *session) {
	if x.status == pending && !x.expiresAt.IsZero() && !s.clock.Now().Before(x.expiresAt) {
		s.become(x, expired)
		s.announce(x)
	}
}

func (s *Sandbox) become(x *session, status genvora.SessionStatus) {
	x.status, x.updatedAt, x.challenged = status, stamp(s.clock.Now()), false
	s.changed()
	s.log.Info("session changed", "session_id", x.id, "gateway", x.gateway, "status", status)
}

// cards are the test cards of a gateway.
func (g gateway) cards() []contract.TestCard {
	if g == visionScopeGateway {
		return contract.VisionScopeTestCards()
	}
	return contract.VoraTestCards()
}

// outcome finds a card number among the documented ones. Any other is approved.
func (g gateway) outcome(number string) contract.TestCard {
	known := g.cards()
	if i := slices.IndexFunc(known, func(k contract.TestCard) bool { return k.Number == number }); i >= 0 {
		return known[i]
	}
	return contract.TestCard{Outcome: "approved"}
}

// alwaysDeclines reports whether test mode declines the amount, whatever the card.
func (x *session) alwaysDeclines() bool {
	return x.gateway == voraGateway && x.amount.Minor() == contract.VoraDeclinedAmount
}

// pay charges a card. The amount rule of test mode comes before the card's.
func (s *Sandbox) pay(x *session, cardNumber string) {
	card := x.gateway.outcome(cardNumber)
	switch {
	case x.alwaysDeclines():
		s.fail(x, contract.VoraDeclinedFailureCode, "The card was declined")
	case card.Outcome == "challenge":
		x.challenged, x.cardEnding = true, cardNumber[len(cardNumber)-4:]
		s.changed()
	case card.Outcome == "declined":
		s.fail(x, card.FailureCode, card.Label)
	case card.Outcome == "timeout":
		s.settleLater(x)
	default:
		s.succeed(x)
	}
}

// settleLater is a charge whose answer was lost: the gateway's background sync finds out what became of it, and reports it
// at once.
func (s *Sandbox) settleLater(x *session) {
	s.become(x, processing)
	s.after(contract.VisionScopeReconcileEvery, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if x.status == processing {
			x.transaction = s.ids.transaction()
			s.become(x, succeeded)
			s.send(x, visionScopeEvent(x), 0)
		}
	})
}

// passChallenge is the buyer who proved who they are. VisionScope reports the outcome twice then: the page and the bank
// race to tell it.
func (s *Sandbox) passChallenge(x *session) {
	s.succeed(x)
	if x.gateway == visionScopeGateway {
		s.announce(x)
	}
}

func (s *Sandbox) succeed(x *session) {
	x.transaction = s.ids.transaction()
	s.become(x, succeeded)
	s.announce(x)
}

func (s *Sandbox) fail(x *session, code, reason string) {
	x.failureCode, x.reason = code, reason
	s.become(x, failed)
	s.announce(x)
}

// Refund gives back a part of a succeeded Vora session, as the merchant does in its dashboard: amount in minor units of
// the session's currency, 0 for all that is left. The merchant hears of it by refund.created; the id is the refund's.
func (s *Sandbox) Refund(sessionID string, amount int64) (refundID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, ok := s.sessions[sessionID]
	switch {
	case !ok || x.gateway != voraGateway:
		return "", fmt.Errorf("sandbox: there is no Vora session %q to refund", sessionID)
	case x.status != succeeded:
		return "", fmt.Errorf("sandbox: session %q is %s, only a succeeded one can be refunded", sessionID, x.status)
	}
	left := x.amount.Minor() - x.refunded
	if amount == 0 {
		amount = left
	}
	if amount < 1 || amount > left {
		return "", fmt.Errorf("sandbox: %d minor units cannot be refunded: %d are left of session %q", amount, left, sessionID)
	}
	x.refunded += amount
	if x.refunded == x.amount.Minor() {
		s.become(x, genvora.SessionStatusRefunded)
	}
	refundID = s.ids.refund()
	s.send(x, refundEvent(x, refundID, amount, s.clock.Now()), 0)
	return refundID, nil
}
