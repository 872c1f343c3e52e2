package crash

import (
	"bufio"
	"context"
	cryptorand "crypto/rand"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A Shop is what takes the events, as one process sees it.
type Shop struct {
	Store webhooks.Store
	// Work writes the effect of an event: the refund's ID. It calls midway between the effect and
	// the commit, where there is such a moment.
	Work webhooks.EventFunc
	// Effects is how often each effect is there.
	Effects func(ctx context.Context) (map[string]int, error)
	// ExactlyOnce says that the effect and the end of the event commit together. Otherwise the work
	// of a process that was killed may be done again.
	ExactlyOnce bool
}

// A process learns from its environment that it is one, and which shop's.
type process struct {
	Name string
	Plan Plan
}

const (
	processVariable = "HOSTEDPAY_TEST_CRASH_PROCESS"
	serving         = "crash: serving on "
	apiKey          = "vp_sk_test_crash"
)

// newName is a name that no other run has.
func newName() string { return "crash" + strings.ToLower(cryptorand.Text()) }

// started is what this process is, if Run has started it.
func started(t *testing.T) (p process, is bool) {
	t.Helper()
	value := os.Getenv(processVariable)
	if value == "" {
		return p, false
	}
	if err := json.Unmarshal([]byte(value), &p); err != nil {
		t.Fatalf("%s: %v", processVariable, err)
	}
	return p, true
}

// Where a process kills itself when it is told to.
const (
	beforeWork Moment = "before the work"
	midway     Moment = "between the effect and the commit"
	afterWork  Moment = "between the work and the response"
)

// A victim may have been told to die.
type victim struct{ at atomic.Value }

func (v *victim) reached(m Moment) {
	if v.at.Load() == m {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill() // like its parent would: nothing is closed, rolled back or flushed
		}
		panic(fmt.Sprintf("crash: still alive: %v", err))
	}
}

// serve takes deliveries until this process is killed, or its parent closes its input: at the end
// of the run, or because the parent has died.
func (p process) serve(t *testing.T, open func(t *testing.T, name string, midway func()) Shop) {
	t.Helper()
	var v victim
	shop := open(t, p.Name, func() { v.reached(midway) })
	work := func(ctx context.Context, event webhooks.Event) error {
		v.reached(beforeWork)
		select {
		case <-time.After(rand.N(p.Plan.Work)):
		case <-ctx.Done():
			return ctx.Err()
		}
		err := shop.Work(ctx, event)
		v.reached(afterWork)
		return err
	}
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(apiKey)})
	if err != nil {
		t.Fatal(err)
	}
	handler, err := webhooks.NewHandler(webhooks.Vora(keys), work, webhooks.WithStore(shop.Store), webhooks.WithLease(p.Plan.Lease))
	if err != nil {
		t.Fatal(err)
	}
	routes := http.NewServeMux()
	routes.Handle("/"+p.Name, handler) // a port may be another run's by now
	server := &http.Server{Handler: routes, ReadHeaderTimeout: p.Plan.ReplyIn}
	var network net.ListenConfig
	listener, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		fmt.Println("\n" + serving + listener.Addr().String())
		_ = server.Serve(listener) // until the end of the process
	}()
	for orders := bufio.NewScanner(os.Stdin); orders.Scan(); {
		v.at.Store(Moment(orders.Text()))
	}
	ctx, cancel := context.WithTimeout(context.Background(), p.Plan.ReplyIn)
	defer cancel()
	_ = server.Shutdown(ctx) // what is still at work ends with the process
	os.Exit(0)               //nolint:gocritic // the cleanups of the test are its parent's
}
