package simulation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A Promise is something that holds in every history of a shop that is written as the guides say.
type Promise string

// The promises.
const (
	PaidBeforeShipped     Promise = "nothing is shipped that is not paid"
	PaidWhenShipped       Promise = "nothing is shipped whose refund has been entered"
	ShippedOnce           Promise = "nothing is shipped twice"
	RightAmount           Promise = "nothing is shipped for another amount than the order's"
	OnePayablePage        Promise = "at most one payable page is shown for an order"
	OneSessionPerCharge   Promise = "an order has at most one open session at Vora"
	RightPage             Promise = "a buyer is sent to the page of the session that is kept"
	LivePage              Promise = "no page is shown that expired long ago"
	SecondPaymentReported Promise = "a second payment is reported"
	AcknowledgedMeansDone Promise = "an acknowledged event has had its effect"
	EffectOnce            Promise = "an event has its effect once where its transaction completes it"
	AuthenticOnly         Promise = "nothing unauthentic is acted on"
	OwnTenantOnly         Promise = "an event of one tenant changes no order of another"
	AuthenticAccepted     Promise = "an authentic event is not rejected"
	RespondsInTime        Promise = "the gateway gets a response while it waits"
	UnknownIsUnknown      Promise = "a create that may have been done ends in an unknown outcome"
	NoFalseFailure        Promise = "a purchase that may be paid is not shown as failed"
	NotSentAgain          Promise = "what may have been done is not sent again where that does it twice"
	WaitsAsAsked          Promise = "a call is not sent again earlier than the gateway asked"
	WithinLimits          Promise = "the gateway's rate limits are kept"
	OneHolder             Promise = "an event has one holder at a time"
	LeaseEnds             Promise = "a claim ends with its lease"
	NoSecrets             Promise = "no secret is in a log line or an error"
	BooksAgree            Promise = "the shop's refunds are the gateway's"
	ReachesAnEnd          Promise = "when the faults end, every order reaches an end"
)

// A Violation is a promise that was not kept.
type Violation struct {
	Promise Promise
	What    string
}

// violate reports a promise that was not kept.
func (w *world) violate(promise Promise, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	for _, v := range w.violations {
		if v.Promise == promise {
			return // the first of a kind
		}
	}
	w.violations = append(w.violations, Violation{promise, what})
	w.trace.tell("PROMISE", "%s: %s", promise, what)
}

// A truth is what the world knows about a session, whatever the shop does.
type truth struct {
	order string // that it was created for
	odd   bool   // the gateway reports it in strange ways

	unnamed bool // what it reports does not name its charge, and stays with who received it

	// When it could be paid, by the shop's clock; the second is zero while it can be, and for ever
	// when it was paid: nobody may begin another one for the order then.
	created, over time.Time
}

// session is a session as the gateway has it.
func (w *world) session(id string) (found control.Session, ok bool) {
	for _, s := range w.gateways.Sessions() {
		if s.ID == id {
			return s, true
		}
	}
	return control.Session{}, false
}

func wasPaid(s control.Session) bool {
	return s.Status == control.SessionSucceeded || s.Status == control.SessionRefunded
}

func (w *world) paidAtGateway(order string) bool {
	return slices.ContainsFunc(w.gateways.Sessions(), func(s control.Session) bool {
		t := w.truth[s.ID]
		return t != nil && t.order == order && wasPaid(s)
	})
}

// shipped is the order on its way to the buyer.
func (w *world) shipped(actor string, o Order, why string) {
	w.coverage.Reached["shipped because of "+why]++
	w.trace.tell(actor, "SHIPS %s, because of %s", o.ID, why)
	w.shipments[o.ID]++
	if n := w.shipments[o.ID]; n > 1 {
		w.violate(ShippedOnce, "%s was shipped %d times", o.ID, n)
	}
	paid, right := false, false
	for _, s := range w.gateways.Sessions() {
		if t := w.truth[s.ID]; t == nil || t.order != o.ID || !wasPaid(s) {
			continue
		}
		paid, right = true, right || s.Amount == o.Amount
	}
	switch {
	case !paid:
		w.violate(PaidBeforeShipped, "%s was shipped because of %s", o.ID, why)
	case !right:
		w.violate(RightAmount, "%s was shipped, and nobody has paid its %s", o.ID, o.Amount)
	}
}

// checkEffect looks at an event that changed an order.
func (w *world) checkEffect(info *webhooks.EventInfo, o Order) {
	s, ok := w.session(info.SessionID)
	if !ok {
		w.violate(AuthenticOnly, "%s of an unknown session changed %s", info.Type, o.ID)
		return
	}
	switch info.Payment {
	case sdk.PaymentPaid:
		ok = wasPaid(s)
	case sdk.PaymentFailed:
		ok = s.Status == control.SessionFailed
	case sdk.PaymentExpired:
		ok = s.Status == control.SessionExpired
	case sdk.PaymentRefunded, sdk.PaymentPartiallyRefunded:
		ok = slices.ContainsFunc(s.History, func(c control.SessionChange) bool {
			return c.RefundID == info.RefundID && c.Refunded == info.Amount.Minor()
		})
	default:
	}
	if t := w.truth[s.ID]; !ok && (t == nil || !t.odd) {
		w.violate(AuthenticOnly, "%s changed %s, and the gateway's %s is %s", info.Type, o.ID, w.aliasOf(s.ID), s.Status)
	}
	if t := w.truth[s.ID]; t == nil || t.order != o.ID {
		w.violate(OwnTenantOnly, "%s of %s, which is a session of somebody else, changed %s", info.Type, w.aliasOf(s.ID), o.ID)
	}
	if n := w.shop.effects(info.DedupeKey); n > 1 && w.shop.inTx && w.inbox == nil {
		w.violate(EffectOnce, "%s of %s had its effect %d times", info.Type, w.aliasOf(s.ID), n)
	}
}

// checkReply looks at the shop's response to a delivery.
func (w *world) checkReply(ctx context.Context, h *hook, status int) {
	actor := lifeOf(ctx).actor
	switch {
	case status == http.StatusOK && h.forged:
		w.violate(AuthenticOnly, "a forged event was acknowledged")
	case status == http.StatusOK && h.key != "" && w.inbox != nil:
		w.checkAcknowledged(actor, h.key)
	case status == http.StatusOK && h.key != "":
		if w.shop.effects(h.key) == 0 {
			w.violate(AcknowledgedMeansDone, "%s was acknowledged, and nothing was done", actor)
		}
		w.coverage.Reached["event acknowledged"]++
	case status == http.StatusConflict:
		w.coverage.Reached["event in flight"]++
	case status != http.StatusOK && w.quiet, status == http.StatusUnauthorized, status == http.StatusBadRequest:
		if h.rightful() && w.skew.Abs() < 20*time.Second && w.rotating == "" {
			w.violate(AuthenticAccepted, "%s got %d", actor, status)
		}
	}
}

// rightful reports whether a delivery has to be accepted, by what was true when it was signed and
// when it arrived. Where nothing goes wrong, nothing but the end of a process, or the other
// delivery of the same event, keeps it from being accepted at once.
func (h *hook) rightful() bool {
	return h.intact && h.skew.Abs() < 20*time.Second && time.Since(h.sent) < 4*time.Minute && h.rotating == ""
}

// responseWithin is how long the gateways wait for a response, less some time to send it.
const responseWithin = 9500 * time.Millisecond

// checkClaim compares the store with the world's own book of leases.
func (w *world) checkClaim(actor, key, token string, state webhooks.State, d time.Duration) {
	held := w.leases[key]
	active := held.token != "" && time.Now().Before(held.ends)
	switch {
	case state == webhooks.StateNew && active && held.token != token:
		w.violate(OneHolder, "%s claimed an event whose holder had %s left", actor, time.Until(held.ends))
	case state == webhooks.StateInFlight && held.token != "" && time.Now().After(held.ends.Add(time.Second)):
		w.violate(LeaseEnds, "%s found a claim whose lease was over for %s", actor, time.Since(held.ends))
	}
	if state == webhooks.StateNew {
		w.leases[key] = lease{token, time.Now().Add(d)}
	}
}

func (w *world) extended(key, token string, d time.Duration) {
	if w.leases[key].token == token {
		w.leases[key] = lease{token, time.Now().Add(d)}
	}
}

func (w *world) released(key string) { delete(w.leases, key) }

// checkAttempt looks at a request that is about to be sent.
func (w *world) checkAttempt(actor string, c *call) {
	if c.unsafe && c.creates && c.gateway == sdk.GatewayVisionScope {
		w.violate(NotSentAgain, "%s sends a create again that may have been done", actor)
	}
	if time.Now().Before(c.notUntil) {
		w.violate(WaitsAsAsked, "%s sends a request %s earlier than the gateway asked (%s)", actor, time.Until(c.notUntil), c.mustWait)
	}
}

// checkCreateError looks at a create that failed.
func (w *world) checkCreateError(actor string, c *call, err error) {
	w.checkText("an error", err)
	if isUnknown(err) || !c.unclear && len(c.sessions) == 0 {
		return
	}
	var failed *sdk.Error
	if errors.As(err, &failed) {
		if entry, known := failed.Code.Entry(); known && entry.Family == sdk.FamilyValidation && len(c.sessions) == 0 {
			return // what is wrong with one attempt is wrong with all
		}
	}
	w.violate(UnknownIsUnknown, "%s was told that nothing was created: %v", actor, err)
}

// checkShown looks at a page that reaches the buyer.
func (w *world) checkShown(actor, order string, shown page) {
	s, known := w.session(shown.session)
	switch shown.kind {
	case pageFailed:
		if !known || s.Status != control.SessionFailed && s.Status != control.SessionExpired {
			w.violate(NoFalseFailure, "%s saw that %s was not charged, and the gateway's session is %q", actor, order, s.Status)
		}
	case pagePay:
		if !known || s.CheckoutURL != shown.url {
			w.violate(RightPage, "%s was sent to a page that is not that of %s", actor, w.aliasOf(shown.session))
		}
		w.checkAttemptsPage(actor, shown)
		w.checkPayable(actor, order, s)
	case pagePaid, pageWait, pageError:
	}
}

func (w *world) checkPayable(actor, order string, s control.Session) {
	now := clock{w}.Now()
	if !s.ExpiresAt.IsZero() && now.After(s.ExpiresAt.Add(5*time.Minute+w.skewed)) && s.Status == control.SessionExpired {
		w.violate(LivePage, "%s was sent to %s, which expired %s ago", actor, w.aliasOf(s.ID), now.Sub(s.ExpiresAt).Round(time.Second))
	}
	if s.Status == control.SessionFailed {
		return // nobody can pay there: it was declined while the page was on its way
	}
	for _, earlier := range w.shown[order] {
		if earlier == s.ID {
			return
		}
		if other, ok := w.session(earlier); ok && other.Amount == s.Amount && other.Status != control.SessionFailed && other.Status != control.SessionExpired {
			w.violate(OnePayablePage, "%s was sent to %s, while %s is %s", actor, w.aliasOf(s.ID), w.aliasOf(earlier), other.Status)
		}
	}
	w.shown[order] = append(w.shown[order], s.ID)
}

// checkText looks for secrets.
func (w *world) checkText(what string, v any) {
	line := fmt.Sprintf("%+v", v)
	for _, secret := range w.secrets {
		if strings.Contains(line, secret) {
			w.violate(NoSecrets, "%s has a secret", what)
		}
	}
	if strings.Contains(line, "/c/vp_cs_") || strings.Contains(line, "/checkout/cs_") {
		w.violate(NoSecrets, "%s has a checkout URL", what)
	}
}

// sends are the requests of a process that count against a rate limit.
type sends struct {
	creates, reads []time.Time
	over           string
}

// note counts a request. Its window may be short by a moment: nothing is sent at a limit's edge
// here that the gateway would count otherwise.
func (s *sends) note(r *http.Request, now time.Time) {
	if !strings.HasPrefix(r.URL.Path, "/v1/sessions") {
		return
	}
	times, limit, what := &s.reads, contract.VoraReadsPerAddress, "reads"
	if r.Method == http.MethodPost {
		times, limit, what = &s.creates, contract.VoraCreatesPerAddress, "creates"
	}
	*times = append(*times, now)
	if n := len(*times); n > limit && now.Sub((*times)[n-1-limit]) < contract.VoraRateLimitWindow {
		s.over = fmt.Sprintf("%d %s in %s", limit+1, what, now.Sub((*times)[n-1-limit]))
	}
}

// checkEnd looks at everything when the history is over.
func (w *world) checkEnd() {
	sessions := w.gateways.Sessions()
	for _, p := range w.shop.processes {
		if p.sends.over != "" {
			w.violate(WithinLimits, "%s sent %s", p.name, p.sends.over)
		}
	}
	w.checkCharges(sessions)
	if w.inbox != nil {
		w.checkInboxAtEnd()
	}
	for _, id := range w.orderIDs {
		w.checkOrder(w.shop.order(id), sessions)
	}
}

// checkCharges looks for two sessions of one order that could be paid at the same time.
func (w *world) checkCharges(sessions []control.Session) {
	for i, a := range sessions {
		for _, b := range sessions[:i] {
			ta, tb := w.truth[a.ID], w.truth[b.ID]
			if a.Gateway != sdk.GatewayVora || b.Gateway != a.Gateway || ta == nil || tb == nil || ta.order != tb.order || ta.order == anotherTenants || a.Amount != b.Amount {
				continue
			}
			if ta.created.Before(tb.payableUntil()) && tb.created.Before(ta.payableUntil()) {
				w.violate(OneSessionPerCharge, "%s and %s of %s could be paid at the same time", w.aliasOf(b.ID), w.aliasOf(a.ID), ta.order)
			}
		}
	}
}

func (t *truth) payableUntil() time.Time {
	if t.over.IsZero() {
		return t.created.Add(1000 * time.Hour)
	}
	return t.over
}

func (w *world) checkOrder(o Order, sessions []control.Session) {
	payments, refunded, odd, unnamed := 0, int64(0), false, false
	for _, s := range sessions {
		if t := w.truth[s.ID]; t != nil && t.order == o.ID && wasPaid(s) {
			payments, odd = payments+1, odd || t.odd
			unnamed = unnamed || t.unnamed
			refunded += s.Refunded
		}
	}
	w.coverage.order(o, payments)
	if w.shop.platform != nil {
		w.checkChargeAtEnd(o, sessions)
	}
	if payments > 1 && len(o.Reported) == 0 {
		w.violate(SecondPaymentReported, "%s was paid %d times", o.ID, payments)
	}
	if !odd && (o.Refunded > refunded || o.State.Refunded.Minor() != refunded && o.Gateway == sdk.GatewayVora) {
		w.violate(BooksAgree, "%s: the gateway refunded %d, the shop knows of %d (%d)", o.ID, refunded, o.State.Refunded.Minor(), o.Refunded)
	}
	settled := o.Shipped > 0 || len(o.Reported) > 0 || o.State.Refunded.Sign() > 0 || unnamed
	if payments > 0 && !settled {
		w.violate(ReachesAnEnd, "%s is paid, and was neither shipped nor reported", o.ID)
	}
	if payments == 0 && slices.Contains(w.stuck, o.ID) && !w.hasLeft(o) {
		w.violate(ReachesAnEnd, "%s cannot be paid", o.ID)
	}
}
