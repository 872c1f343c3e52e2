package drivertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges/sqlcharges"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// or of the gateway, or when it shows a page; before that or after it. It learns from its
// environment that it is one.
type chargeProcess struct {
	Database string // its name
	File     string
	Table    string
	Gateway  sdk.Gateway
	API      string // where the gateways are
	Hooks    string // where their events go
	Now      time.Time

	Order string
	Do    string                // "pay", "take" or "refund"
	Event *webhooks.StoredEvent // what to take
	Step  int                   // 0 for a process that lives
	Late  bool                  // the step happens
}

const (
	chargeVariable = "HOSTEDPAY_TEST_CHARGE_PROCESS"
	chargeTenant   = "acme"
	pageShown      = "\nshown: "
)

// run runs a process and returns the page that it has shown, if any, and whether it was killed.
func (p chargeProcess) run(t *testing.T) (page string, killed bool) {
	t.Helper()
	told, err := json.Marshal(p)
	require.NoError(t, err)
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChargesOfProcessesThatAreKilled$")
	c.Env = append(os.Environ(), chargeVariable+"="+string(told))
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if killed = errors.As(err, &exit) && exit.ExitCode() == -1; !killed {
		require.NoError(t, err, "%s", out)
	}
	if _, after, found := strings.Cut(string(out), pageShown); found {
		page, _, _ = strings.Cut(after, "\n")
	}
	return page, killed
}

// work is the process itself.
func (p chargeProcess) work(t *testing.T) {
	t.Helper()
	for _, d := range usual() {
		if d.name != p.Database {
			continue
		}
		db := d.open(t, p.File)
		store, err := sqlcharges.New(db, d.dialect, newCipher(t), sqlcharges.WithTable(p.Table))
		require.NoError(t, err)
		v := &victim{steps: p.Step, late: p.Late}
		charge, err := p.do(t, p.book(t, mortalStore{store, v}, v))
		require.NoError(t, err)
		if charge.Status() == platform.StatusPending {
			v.step(func() { fmt.Print(pageShown + charge.Current().CheckoutURL.Reveal() + "\n") })
		}
	}
}

func (p chargeProcess) do(t *testing.T, book *charges.Book) (charges.Charge, error) {
	t.Helper()
	switch p.Do {
	case "take":
		event, err := webhooks.TrustStoredEvent(*p.Event)
		require.NoError(t, err)
		charge, _, err := book.Take(t.Context(), chargeTenant, event)
		return charge, err
	case "refund":
		return book.RequestRefund(t.Context(), chargeTenant, p.Order, "refund of "+p.Order, chargePurchase.Amount)
	default:
		return book.Pay(t.Context(), chargeTenant, p.Order, chargePurchase)
	}
}

// book is the book of a process that has just begun.
func (p chargeProcess) book(t *testing.T, store charges.Store, v *victim) *charges.Book {
	t.Helper()
	book, err := charges.New("crm", store, func(context.Context, string) (platform.Gateway, error) {
		return mortalGateway{p.gateway(t), v}, nil
	}, charges.WithClock(func() time.Time { return p.Now }))
	require.NoError(t, err)
	return book
}

func (p chargeProcess) gateway(t *testing.T) platform.Gateway {
	t.Helper()
	options := []sdk.ClientOption{sdk.WithBaseURL(p.API), sdk.WithMaxRetries(0)}
	if p.Gateway == sdk.GatewayVora {
		client, err := vora.New(sandbox.Acme.Vora.SecretKey, options...)
		require.NoError(t, err)
		return platform.NewVora(client)
	}
	client, err := visionscope.New(sandbox.Acme.VisionScope.APIKey, options...)
	require.NoError(t, err)
	return platform.NewVisionScope(client, chargeRoutes(t, p.Hooks), chargeTenant)
}

func chargeRoutes(t *testing.T, hooks string) *platform.Routes {
	t.Helper()
	routes, err := platform.NewRoutes(hooks, sdk.NewSecret("a master secret of 32 characters"))
	require.NoError(t, err)
	return routes
}

// A victim counts its steps, and kills itself at the last one.
type victim struct {
	steps int
	late  bool
}

func (v *victim) step(do func()) {
	v.steps--
	if v.steps == 0 {
		if v.late {
			do()
		}
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill() // nothing is closed, rolled back or flushed
		}
		if err != nil {
			panic(err)
		}
		select {}
	}
	do()
}

type mortalStore struct {
	charges.Store
	*victim
}

func (s mortalStore) Load(ctx context.Context, tenant, order string) (c charges.Charge, err error) {
	s.step(func() { c, err = s.Store.Load(ctx, tenant, order) })
	return c, err
}

func (s mortalStore) ByPayment(ctx context.Context, tenant string, gateway sdk.Gateway, id string) (c charges.Charge, err error) {
	s.step(func() { c, err = s.Store.ByPayment(ctx, tenant, gateway, id) })
	return c, err
}

func (s mortalStore) ByReference(ctx context.Context, tenant, reference string) (c charges.Charge, err error) {
	s.step(func() { c, err = s.Store.ByReference(ctx, tenant, reference) })
	return c, err
}

func (s mortalStore) Save(ctx context.Context, charge charges.Charge) (err error) {
	s.step(func() { err = s.Store.Save(ctx, charge) })
	return err
}

type mortalGateway struct {
	platform.Gateway
	*victim
}

func (g mortalGateway) Purchase(ctx context.Context, p platform.Purchase) (payment *platform.Payment, err error) {
	g.step(func() { payment, err = g.Gateway.Purchase(ctx, p) })
	return payment, err
}
