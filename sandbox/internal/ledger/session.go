package ledger

import (
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
)

// A Session is a purchase at a gateway. Outside of a [Tx] it is a copy.
type Session struct {
	control.Session

	Challenged    bool   // the buyer must still authenticate, 3D Secure
	CardEnding    string // last four digits of the card that was challenged
	TransactionID string
	FailureCode   string
	FailureReason string // in words, for the buyer

	// Details is what only the gateway knows about the session. It is replaced and not written to:
	// others have copies.
	Details any
}

// record is a session in the ledger.
type record struct {
	Session
	replayKey string // of the create that made it; empty when it had no idempotency key
}

// sessions are all sessions, their expiry and their idempotency keys.
type sessions struct {
	byID     map[string]*record
	oldest   []*record // all of them, oldest first
	expiring []*record // those with a lifetime, by its end
	nextTask time.Time // of the task that expires sessions; zero when none is planned
	replays  map[string]replay
}

// errUnknownSession means that the ledger does not have the session, or has forgotten it.
var errUnknownSession = errors.New("unknown session: the sandbox's list of sessions has those that it remembers")

// Create adds the session that build returns for the current time. For an idempotency key that was
// used before, it returns that session instead, or [ErrKeyReused] when the body differs.
func (l *Ledger) Create(key Idempotency, build func(now time.Time) Session) (Session, error) {
	l.lock()
	defer l.unlock()
	now := l.config.Executor.Now()
	if earlier, err := l.replayLocked(key, now); earlier != nil || err != nil {
		return earlier.session(), err
	}
	x := &record{Session: build(now)}
	x.Status, x.UpdatedAt, x.IdempotencyKey = control.SessionPending, x.CreatedAt, key.Key
	l.keepSessionLocked(x)
	l.keepReplayLocked(key, x, now)
	if !x.ExpiresAt.IsZero() {
		l.watchLocked(x)
	}
	l.changedLocked(control.Change{Kind: control.ChangeSessionCreated, At: x.CreatedAt, SessionID: x.ID, Status: x.Status, Request: x.CreatedBy})
	return x.Session, nil
}

func (x *record) session() Session {
	if x == nil {
		return Session{}
	}
	return x.Session
}

// Session is the session with an ID as it is now.
func (l *Ledger) Session(id string) (Session, error) {
	return l.Update(id, func(*Tx) {})
}

// Update calls change for a session, with the ledger locked, and returns the session after it.
func (l *Ledger) Update(id string, change func(*Tx)) (Session, error) {
	l.lock()
	defer l.unlock()
	x, ok := l.sessions.byID[id]
	if !ok {
		return Session{}, errUnknownSession
	}
	l.expireIfDueLocked(x)
	change(&Tx{Session: &x.Session, ledger: l})
	return x.Session, nil
}

// A Tx is a session with the ledger locked. It is valid until the function that got it returns, and
// that function must not call other methods of the ledger.
type Tx struct {
	*Session
	ledger *Ledger
}

// Now is the current time, with the precision of the gateways' examples.
func (tx *Tx) Now() time.Time {
	return tx.ledger.config.Executor.Now().UTC().Truncate(time.Millisecond)
}

// Merchant is the session's merchant as it is now.
func (tx *Tx) Merchant() control.Merchant {
	m, err := tx.ledger.merchantLocked(tx.MerchantID)
	if err != nil {
		return control.Merchant{} // merchants are never removed
	}
	return *m
}

// Become gives the session another status.
func (tx *Tx) Become(status control.SessionStatus) {
	tx.Challenged = false
	tx.become(status)
	tx.record(control.SessionChange{})
	tx.ledger.logLocked(slog.LevelInfo, "session changed", "session_id", tx.ID, "gateway", string(tx.Gateway), "status", string(status))
}

// Challenge makes the buyer authenticate before the charge of a card goes on.
func (tx *Tx) Challenge(cardEnding string) {
	tx.Challenged, tx.CardEnding = true, cardEnding
	tx.changed(tx.Now())
}

// Refund records that a part of the money was given back, in minor units.
func (tx *Tx) Refund(id string, amount int64) {
	tx.Refunded += amount
	tx.Refundable -= amount
	if tx.Refunded == tx.Amount.Minor() {
		tx.become(control.SessionRefunded)
	}
	tx.record(control.SessionChange{RefundID: id, Refunded: amount})
}

func (tx *Tx) become(status control.SessionStatus) { tx.Status, tx.UpdatedAt = status, tx.Now() }

// record adds to the session's history. Copies of the session keep theirs.
func (tx *Tx) record(c control.SessionChange) {
	c.At, c.Status = tx.Now(), tx.Status
	tx.History = append(slices.Clip(tx.History), c)
	tx.changed(c.At)
}

func (tx *Tx) changed(at time.Time) {
	tx.ledger.changedLocked(control.Change{Kind: control.ChangeSessionUpdated, At: at, SessionID: tx.ID, Status: tx.Status})
}

// Later changes the session again, when one of its gateway's own waits is over.
func (tx *Tx) Later(wait time.Duration, change func(*Tx)) {
	l, x := tx.ledger, tx.Session
	l.afterLocked(func() {
		l.config.Executor.After(clock.Task{Kind: clock.TaskSettle, SessionID: x.ID}, wait, func() {
			l.lock()
			defer l.unlock()
			change(&Tx{Session: x, ledger: l})
		})
	})
}
