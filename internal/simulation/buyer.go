package simulation

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
)

// A tab is a buyer in front of one tab of a browser.
type tab struct {
	w     *world
	name  string
	order string
}

// What a buyer does at a checkout. The first is the plain way.
const (
	actPay = iota
	actDecline
	actPassChallenge
	actFailChallenge
	actAbandon
	actCancel
	actPayLate
	actDoubleClick
	actPayTwice
	actTimeout
)

var acts = []string{
	"pays", "is declined", "passes 3D Secure", "fails 3D Secure", "closes the tab", "cancels", "pays late", "clicks twice", "goes back and pays again",
	"pays with a card whose response is lost",
}

// visits is the buyer in one tab, where it takes some attempts.
func (b *tab) visits(ctx context.Context, times int) {
	w := b.w
	for range times {
		wait := []time.Duration{0, time.Second, 30 * time.Second, 10 * time.Minute, 32 * time.Minute}
		w.scheduler.sleep(ctx, "thinks", wait[w.chance.weighed(b.name, "thinks", 6, 3, 2, 2, 1)])
		if w.changes && !w.calm && w.chance.upTo(b.name, "changes the order", 2) == 1 {
			w.coverage.Buyers["changes the order"]++
			b.asks(ctx, "changes the order", func(ctx context.Context, p *process) page { return p.sells.change(ctx, b.order) })
		}
		if w.fault(b.name, faultButton) {
			again := &tab{w: w, name: w.scheduler.numbered(b.name + " second click"), order: b.order}
			w.scheduler.spawn(life{actor: again.name}, 0, func(ctx context.Context) { again.buys(ctx) })
		}
		shown := b.buys(ctx)
		switch shown.kind {
		case pagePaid:
			return
		case pagePay:
			if b.atCheckout(ctx, shown) {
				return
			}
		case pageWait, pageFailed, pageError:
			w.scheduler.sleep(ctx, "waits", time.Minute)
		}
	}
}

func (b *tab) buys(ctx context.Context) page {
	return b.asks(ctx, "buys", func(ctx context.Context, p *process) page { return p.sells.buy(ctx, b.order) })
}

// asks requests a page of the shop.
func (b *tab) asks(ctx context.Context, what string, handle func(context.Context, *process) page) page {
	w := b.w
	p := w.shop.up(b.name)
	if p == nil {
		return page{kind: pageError}
	}
	var got *page
	name := w.scheduler.numbered(p.name + " serves " + b.name + " who " + what)
	w.scheduler.spawn(life{actor: name, process: p}, 0, func(ctx context.Context) {
		ctx, leave := context.WithCancel(ctx)
		defer leave()
		if w.fault(b.name, faultLeaves) {
			after := time.Duration(w.chance.upTo(b.name, "milliseconds until the buyer leaves", 20_000)) * time.Millisecond
			w.scheduler.spawn(life{actor: name + " until the buyer leaves"}, after, func(context.Context) { leave() })
		}
		shown := handle(w.drawn(ctx), p)
		w.scheduler.gate(ctx, "shows: "+string(shown.kind))
		got = &shown
	})
	w.scheduler.park(ctx, "waits for the page", 3*time.Minute, func() bool { return got != nil || p.isDead() })
	if got == nil || w.fault(b.name, faultBuyersLine) {
		return page{kind: pageError}
	}
	w.trace.tell(b.name, "%s, and sees: %s%s", what, got.kind, w.about(got.session))
	w.checkShown(b.name, b.order, *got)
	return *got
}

// atCheckout is the buyer on the gateway's page. It reports whether the buyer is done.
func (b *tab) atCheckout(ctx context.Context, shown page) bool {
	w := b.w
	act := w.chance.weighed(b.name, "does", 6, 3, 2, 1, 2, 2, 2, 1, 1, 1)
	w.coverage.Buyers[acts[act]]++
	w.trace.tell(b.name, "%s%s", acts[act], w.about(shown.session))
	back := ""
	switch act {
	case actDecline:
		back = b.press(shown.url, "decline", "")
	case actPassChallenge, actFailChallenge:
		b.press(shown.url, "pay", buyer.CardChallenge)
		w.scheduler.sleep(ctx, "at the bank", time.Duration(1+w.chance.upTo(b.name, "seconds at the bank", 300))*time.Second)
		button := "challenge_pass"
		if act == actFailChallenge {
			button = "challenge_fail"
		}
		back = b.press(shown.url, button, "")
	case actAbandon:
		return w.chance.upTo(b.name, "comes back", 2) == 1
	case actCancel:
		back = b.press(shown.url, "cancel", "")
	case actPayLate:
		w.scheduler.sleep(ctx, "has lunch", time.Duration(25+w.chance.upTo(b.name, "minutes of lunch", 10))*time.Minute)
		back = b.press(shown.url, "pay", buyer.CardApproved)
	case actDoubleClick:
		w.scheduler.spawn(life{actor: b.name + " second click"}, 0, func(context.Context) { b.press(shown.url, "pay", buyer.CardApproved) })
		back = b.press(shown.url, "pay", buyer.CardApproved)
	case actPayTwice:
		b.press(shown.url, "pay", buyer.CardApproved)
		w.scheduler.sleep(ctx, "goes back", 5*time.Second)
		back = b.press(shown.url, "pay", buyer.CardApproved)
	case actTimeout:
		back = b.press(shown.url, "pay", buyer.CardGatewayTimeout)
	default:
		back = b.press(shown.url, "pay", buyer.CardApproved)
	}
	return b.comesBack(ctx, back)
}

// comesBack is the return: at once, after the webhook, or never. It reports whether the buyer is
// done.
func (b *tab) comesBack(ctx context.Context, back string) bool {
	w := b.w
	query, _ := url.Parse(back)
	if back == "" || query.Query().Get("order") == "" && !query.Query().Has("order") {
		return false
	}
	switch w.chance.weighed(b.name, "comes back", 4, 3, 2) {
	case 1:
		w.scheduler.sleep(ctx, "dawdles", time.Minute)
	case 2:
		w.coverage.Buyers["does not come back"]++
		return w.chance.upTo(b.name, "leaves", 2) == 1
	}
	values := query.Query()
	values.Del("order")
	shown := b.asks(ctx, "returns", func(ctx context.Context, p *process) page { return p.sells.returned(ctx, b.order, values) })
	if shown.kind == pageWait {
		w.scheduler.sleep(ctx, "waits for the shop's mail", 20*time.Second)
	}
	return shown.kind == pagePaid
}

// press sends the checkout's form, and returns where the browser is sent.
func (b *tab) press(address, button, card string) string {
	w := b.w
	form := url.Values{"action": {button}, "card": {card}}
	r, err := http.NewRequest(http.MethodPost, address, nil)
	must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	recorded := serve(w.gateways, r, []byte(form.Encode()))
	return recorded.Header().Get("Location")
}

// beginBuyers sends buyers to each order, in one tab or in two.
func (w *world) beginBuyers(o Order) {
	tabs := 1 + w.chance.weighed("buyer of "+o.ID, "second tab", 2, 1)
	for i := range tabs {
		b := &tab{w: w, name: "buyer of " + o.ID + " tab " + strconv.Itoa(i+1), order: o.ID}
		start := time.Duration(i*w.chance.upTo(b.name, "seconds until it opens", 90)) * time.Second
		w.scheduler.spawn(life{actor: b.name}, start, func(ctx context.Context) { b.visits(ctx, 4) })
	}
}

// lastBuyers come when no fault happens any more, and pay in the plain way: every order that nobody
// has paid must be payable then. Those that were paid must reach their end without a visitor.
func (w *world) lastBuyers() {
	for _, id := range w.orderIDs {
		o := w.shop.order(id)
		if strings.HasPrefix(id, "old") || w.paidAtGateway(id) || o.State.Status.Final() && !o.State.Status.Unpaid() || len(o.State.Problems) > 0 {
			continue
		}
		b := &tab{w: w, name: "last buyer of " + id, order: id}
		w.scheduler.spawn(life{actor: b.name}, 0, func(ctx context.Context) {
			for range 12 {
				shown := b.buys(ctx)
				switch shown.kind {
				case pagePaid:
					return
				case pagePay:
					if back := b.press(shown.url, "pay", buyer.CardApproved); back != "" {
						w.trace.tell(b.name, "pays%s", w.about(shown.session))
						return
					}
				case pageWait, pageFailed, pageError:
				}
				w.scheduler.sleep(ctx, "tries again", time.Minute)
			}
			w.stuck = append(w.stuck, id)
		})
	}
}
