package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// MaxDue bounds how many charges are looked at.
const MaxDue = 10_000

// Which says which charges are asked about, and whether what the gateway says is stored.
type Which struct {
	Tenant string        // whose they are; empty when there is only one
	After  time.Duration // that they have been waiting for their event
	Limit  int
	Save   bool
}

// Charges asks Vora about the charges of a store that are due, one after the other, and shows each.
// Its summary is for people.
func Charges(ctx context.Context, client *vora.Client, store charges.Store, which Which, show func(Charge) error) (summary string, err error) {
	before := time.Now().Add(-which.After)
	gateway := &askedGateway{Vora: platform.NewVora(client)}
	queue, err := dueCharges(ctx, store, before, which)
	if err != nil {
		return "", err
	}
	queue.answered = gateway.answered
	return run(ctx, queue, gateway, before, show)
}

// An Asked is a payment that was read.
type Asked struct {
	PaymentID string          `json:"paymentId"`
	Status    platform.Status `json:"status"` // empty when it could not be read
	Error     string          `json:"error,omitempty"`
	Code      sdk.Code        `json:"code,omitempty"`
}

// A Charge is how a charge looks under --json.
type Charge struct {
	Tenant   string          `json:"tenant"`
	Order    string          `json:"order"`
	Minor    int64           `json:"amount"`
	Currency string          `json:"currency"`
	Was      platform.Status `json:"was"`
	Status   platform.Status `json:"status"`
	MayShip  bool            `json:"mayShip"`
	Problems []string        `json:"problems,omitempty"` // a person has to look at them
	Saved    bool            `json:"saved"`
	Asked    []Asked         `json:"asked"`
	NotAsked string          `json:"notAsked,omitempty"` // why nobody can be asked about the current attempt
	Error    string          `json:"error,omitempty"`    // but for those of asked

	amount string
}

// Line is the charge for a terminal.
func (v Charge) Line() string {
	var line strings.Builder
	fmt.Fprintf(&line, "%s  %s  %s  %s", v.Tenant, v.Order, v.amount, v.Was)
	if v.Status != v.Was {
		fmt.Fprintf(&line, " → %s", v.Status)
	}
	for _, asked := range v.Asked {
		line.WriteString("  " + asked.PaymentID)
		if asked.Error != "" {
			line.WriteString(" could not be read: " + asked.Error)
		}
	}
	switch {
	case v.Error != "":
		line.WriteString("  failed: " + v.Error)
	case v.NotAsked != "":
		line.WriteString("  not asked: " + v.NotAsked)
	}
	for _, problem := range v.Problems {
		line.WriteString("  problem: " + problem)
	}
	return line.String() + "\n"
}

// run has the charge book sweep one charge after the other, and shows each.
func run(ctx context.Context, queue *chargeQueue, gateway *askedGateway, before time.Time, show func(Charge) error) (string, error) {
	book, err := charges.New("sweep", queue, func(context.Context, string) (platform.Gateway, error) { return gateway, nil })
	if err != nil {
		return "", err
	}
	all, changed, unread, silent := len(queue.due), 0, 0, 0
	for i := range all {
		gateway.asked = []Asked{}
		charge := queue.next()
		swept, err := book.Sweep(ctx, before, 1)
		left := all - i
		if gateway.answered() {
			left--
		}
		var stop error
		switch {
		case isRejectedKey(err):
			stop = err
		case ctx.Err() != nil && left > 0:
			stop = fmt.Errorf("interrupted: %d of %d charges were not asked about", left, all)
		}
		if stop != nil && !gateway.answered() {
			return "", stop
		}
		view := viewOfCharge(charge, queue, gateway.asked) // also of the last one: what was stored is told nowhere else
		if len(swept.Silent) > 0 {
			silent++
			view.NotAsked = whyNot(charge)
		}
		if err != nil {
			unread++
		}
		if err != nil && !slices.ContainsFunc(view.Asked, func(a Asked) bool { return a.Error != "" }) {
			view.Error = err.Error()
		}
		if len(swept.Changed) > 0 {
			changed++
		}
		if err := errors.Join(show(view), stop); err != nil {
			return "", err
		}
	}
	if unread+silent > 0 {
		next := "Sweep them again later"
		if unread == 0 {
			next = "Nobody can be asked about them: only their events tell"
		}
		return "", unknownStates(unread+silent, all, "charges", next)
	}
	return queue.summary(all, changed), nil
}

// An askedGateway remembers which payments were read, and what came out.
type askedGateway struct {
	*platform.Vora
	asked []Asked
}

// answered reports whether the gateway said where a payment of the charge stands.
func (g *askedGateway) answered() bool {
	return slices.ContainsFunc(g.asked, func(a Asked) bool { return a.Error == "" })
}

// Retrieve reads a payment.
func (g *askedGateway) Retrieve(ctx context.Context, id string) (*platform.Payment, error) {
	payment, err := g.Vora.Retrieve(ctx, id)
	view := Asked{PaymentID: id}
	if err == nil {
		view.Status = payment.Status
	} else {
		view.Error, view.Code = err.Error(), codeOf(err)
	}
	g.asked = append(g.asked, view)
	return payment, err
}

func codeOf(err error) sdk.Code {
	var e *sdk.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// whyNot is why nobody can be asked about a charge.
func whyNot(charge charges.Charge) string {
	current := charge.Current()
	if current.Made() {
		return contract.NameOf(string(current.Gateway)) + " has no call that reads a payment, so that only its event tells"
	}
	return "its page was not made, or the response was lost; the next Pay of your program goes on with it"
}

func viewOfCharge(was charges.Charge, queue *chargeQueue, asked []Asked) Charge {
	now := queue.now
	view := Charge{
		Tenant: was.Tenant, Order: was.Order, Minor: was.Amount.Minor(), Currency: string(was.Amount.Currency()), amount: was.Amount.String(),
		Was: was.Status(), Status: now.Status(), MayShip: now.State.MayShip(), Saved: queue.saved, Asked: asked,
	}
	for _, problem := range now.State.Problems {
		view.Problems = append(view.Problems, fmt.Sprint(problem))
	}
	return view
}
