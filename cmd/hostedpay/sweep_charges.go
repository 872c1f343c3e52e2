package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

// A chargeSweep has the flags that choose charges.
type chargeSweep struct {
	database databaseSource
	table    string
	tenant   string
	after    time.Duration
	limit    int
	save     bool
}

func (s *chargeSweep) register(c *cobra.Command) {
	s.database = databaseSource{what: "database of the charges", flag: "charges", variable: "HOSTEDPAY_CHARGES_DATABASE"}
	s.database.register(c)
	c.Flags().StringVar(&s.table, "table", "hostedpay_charges", "table of the charges")
	c.Flags().StringVar(&s.tenant, "tenant", "", "only the charges of this tenant, whose API key it is; needed when there are several")
	c.Flags().DurationVar(&s.after, "after", 5*time.Minute, "only charges that have been waiting for their event for this long")
	c.Flags().IntVar(&s.limit, "limit", 100, "how many charges")
	c.Flags().BoolVar(&s.save, "save", false, "store in the charges what the gateway says")
}

// changed is a flag about charges that was given, or empty.
func (s *chargeSweep) changed(c *cobra.Command) string {
	for _, name := range []string{s.database.flag, s.database.file.Flag, "table", "tenant", "after", "limit", "save"} {
		if c.Flags().Changed(name) {
			return name
		}
	}
	return ""
}

func (s *chargeSweep) run(c *cobra.Command, f *voraCaller) error {
	switch {
	case s.limit < 1 || s.limit > maxDue:
		return verb.Usage(c, fmt.Errorf("--limit must be 1 to %d", maxDue))
	case s.after < 0:
		return verb.Usage(c, errors.New("--after must be 0 or more, such as 5m"))
	case s.database.file.File == "-" && f.key.File == "-":
		return verb.Usage(c, fmt.Errorf("--%s and --key-file cannot both be standard input", s.database.file.Flag))
	}
	address, err := s.database.read(c)
	if err != nil {
		return err
	}
	client, err := f.client(c.InOrStdin(), sdk.WithLimiter(ratelimit.New()), sdk.WithBackground())
	if err != nil {
		return err
	}
	store, done, err := openCharges(address, s.table)
	if err != nil {
		return err
	}
	defer done()
	before := time.Now().Add(-s.after)
	gateway := &askedGateway{Vora: platform.NewVora(client)}
	queue, err := dueCharges(c.Context(), store, before, s)
	if err != nil {
		return err
	}
	queue.answered = gateway.answered
	summary, err := sweepCharges(c.Context(), queue, gateway, before, func(v sweptCharge) error {
		if v.Saved {
			return f.printDone(c.OutOrStdout(), v, v.line(), exit.Unprinted{Done: fmt.Sprintf("what Vora says about the charge of order %q was stored", v.Order)})
		}
		return f.print(c.OutOrStdout(), v, v.line())
	})
	if err != nil || f.json {
		return err
	}
	_, err = fmt.Fprintln(c.OutOrStdout(), summary)
	return err
}

// An askedGateway remembers which payments were read, and what came out.
type askedGateway struct {
	*platform.Vora
	asked []askedView
}

// answered reports whether the gateway said where a payment of the charge stands.
func (g *askedGateway) answered() bool {
	return slices.ContainsFunc(g.asked, func(a askedView) bool { return a.Error == "" })
}

// Retrieve reads a payment.
func (g *askedGateway) Retrieve(ctx context.Context, id string) (*platform.Payment, error) {
	payment, err := g.Vora.Retrieve(ctx, id)
	view := askedView{PaymentID: id}
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

// An askedView is a payment that was read.
type askedView struct {
	PaymentID string          `json:"paymentId"`
	Status    platform.Status `json:"status"` // empty when it could not be read
	Error     string          `json:"error,omitempty"`
	Code      sdk.Code        `json:"code,omitempty"`
}

// A sweptCharge is how a charge looks under --json.
type sweptCharge struct {
	Tenant   string          `json:"tenant"`
	Order    string          `json:"order"`
	Minor    int64           `json:"amount"`
	Currency string          `json:"currency"`
	Was      platform.Status `json:"was"`
	Status   platform.Status `json:"status"`
	MayShip  bool            `json:"mayShip"`
	Problems []string        `json:"problems,omitempty"` // a person has to look at them
	Saved    bool            `json:"saved"`
	Asked    []askedView     `json:"asked"`
	NotAsked string          `json:"notAsked,omitempty"` // why nobody can be asked about the current attempt
	Error    string          `json:"error,omitempty"`    // but for those of asked

	amount string
}

func (v sweptCharge) line() string {
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

// sweepCharges has the charge book sweep one charge after the other, and shows each. Its summary is
// for people.
func sweepCharges(ctx context.Context, queue *chargeQueue, gateway *askedGateway, before time.Time, show func(sweptCharge) error) (string, error) {
	book, err := charges.New("sweep", queue, func(context.Context, string) (platform.Gateway, error) { return gateway, nil })
	if err != nil {
		return "", err
	}
	all, changed, unread, silent := len(queue.due), 0, 0, 0
	for i := range all {
		gateway.asked = []askedView{}
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
		if err != nil && !slices.ContainsFunc(view.Asked, func(a askedView) bool { return a.Error != "" }) {
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

// whyNot is why nobody can be asked about a charge.
func whyNot(charge charges.Charge) string {
	current := charge.Current()
	if current.Made() {
		return nameOf(current.Gateway) + " has no call that reads a payment, so that only its event tells"
	}
	return "its page was not made, or the response was lost; the next Pay of your program goes on with it"
}

func viewOfCharge(was charges.Charge, queue *chargeQueue, asked []askedView) sweptCharge {
	now := queue.now
	view := sweptCharge{
		Tenant: was.Tenant, Order: was.Order, Minor: was.Amount.Minor(), Currency: string(was.Amount.Currency()), amount: was.Amount.String(),
		Was: was.Status(), Status: now.Status(), MayShip: now.State.MayShip(), Saved: queue.saved, Asked: asked,
	}
	for _, problem := range now.State.Problems {
		view.Problems = append(view.Problems, fmt.Sprint(problem))
	}
	return view
}
