// Package listen is a webhook endpoint that forwards each delivery to the endpoints of its user,
// shows what they respond, and writes everything down. A gateway gets the worst of the responses.
package listen

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/errno"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/journal"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/server"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// Options say where deliveries go, and when to end.
type Options struct {
	Targets            []Target
	Journal            *journal.Journal
	Count, MaxFailures int // of deliveries, after which it ends; 0 for never

	Sandbox    *control.Client // that is to deliver here, or nil
	SandboxURL string          // as it is shown

	Out  io.Writer
	JSON bool // one object a line
}

// Run receives deliveries at a listener, whose URL is base, until the context ends, enough came, or
// nobody reads the output. Any other end is an error. Deliveries under way are finished first.
func Run(ctx context.Context, at net.Listener, base string, o Options) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	forwarding, giveUp := context.WithCancelCause(context.WithoutCancel(ctx))
	defer giveUp(nil)
	out := newPrintQueue(o.Out, end)
	r := &relay{Options: o, url: base, end: end, ctx: forwarding, show: &printer{out: out, json: o.JSON}}
	s := server.Serve(at, r)
	r.show.ready(base, o.Targets, o.Journal.File())
	var diverting sync.WaitGroup
	if o.Sandbox != nil {
		d := diverter{box: o.Sandbox, sandbox: o.SandboxURL, to: base + "/webhooks/vora", show: r.show}
		diverting.Go(func() { d.keep(ctx) })
	}
	<-ctx.Done()
	diverting.Wait() // no delivery comes here after that
	defer time.AfterFunc(endTimeout, func() { giveUp(errEnded) }).Stop()
	err := s.Close() // after the deliveries under way
	giveUp(errEnded)
	r.under.Lock() // until the last one is in the journal
	err = errors.Join(err, out.close())
	if cause := context.Cause(ctx); !isGoodEnd(cause) {
		err = errors.Join(cause, err)
	}
	return err
}

// endTimeout is how long targets have to respond once listen ends. It is shorter than the server's,
// so that the gateway learns of those that have not.
const endTimeout = time.Second

// errEnded is why a target has no time left.
var errEnded = errors.New("listen ended before it responded")

// errEnough ends listen after --count deliveries.
var errEnough = errors.New("enough deliveries")

// isGoodEnd reports whether listen ends as it should: after enough deliveries, when interrupted, or
// when nobody reads its output any more, as after head -1.
func isGoodEnd(cause error) bool {
	return errors.Is(cause, errEnough) || errors.Is(cause, context.Canceled) || errno.IsUnread(cause)
}
