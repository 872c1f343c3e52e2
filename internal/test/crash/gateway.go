package crash

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A gateway delivers events.
type gateway struct {
	plan   Plan
	path   string
	shops  [processes]*Program
	client *http.Client
	turn   atomic.Int64
}

// A delivery is one event's way to the shop. There may be several of an event, at the same time.
type delivery struct {
	event    string
	statuses []int         // of its attempts; noResponse where the process died
	waited   time.Duration // for the last response
}

const noResponse = 0

func (d *delivery) acknowledged() bool {
	return len(d.statuses) > 0 && d.statuses[len(d.statuses)-1] == http.StatusOK
}

// deliveries are all of a run. Of ten, three are duplicates, at the same moment or seconds later.
func (p Plan) deliveries() []*delivery {
	all := make([]*delivery, p.Deliveries)
	events := 0
	for i := range all {
		event := events
		if i%10 == 3 || i%10 == 6 || i%10 == 9 {
			event = max(0, events-1-rand.N(20)*rand.N(p.Deliveries/100))
		} else {
			events++
		}
		all[i] = &delivery{event: fmt.Sprintf("re_%05d", event)}
	}
	return all
}

// deliver begins the deliveries evenly and returns when each is acknowledged or given up.
func (g *gateway) deliver(ctx context.Context, deliveries []*delivery) {
	var pending sync.WaitGroup
	began := time.Now()
	for i, d := range deliveries {
		time.Sleep(time.Until(began.Add(g.plan.Over * time.Duration(i) / time.Duration(len(deliveries)))))
		pending.Go(func() { g.attempts(ctx, d) })
	}
	pending.Wait()
}

func (g *gateway) attempts(ctx context.Context, d *delivery) {
	for n := 0; ; n++ {
		began := time.Now()
		d.statuses = append(d.statuses, g.attempt(ctx, d.event))
		d.waited = time.Since(began)
		if d.acknowledged() || n == len(g.plan.Waits) {
			return
		}
		time.Sleep(g.plan.Waits[n])
	}
}

// attempt sends an event and returns the status of the response.
func (g *gateway) attempt(ctx context.Context, event string) int {
	address := g.balance()
	if address == "" {
		return noResponse
	}
	body := webhookstest.RefundCreated(webhookstest.Set("refundId", event), webhookstest.HappenedAt(time.Now()))
	response, err := g.client.Do(webhookstest.Vora(apiKey, body, webhookstest.To(address+g.path)).WithContext(ctx))
	if err != nil {
		return noResponse
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return noResponse
	}
	return response.StatusCode
}

// balance is the address of the process whose turn it is, of those that serve: a load balancer sits
// in front of most shops. It is empty when none serves.
func (g *gateway) balance() string {
	for range g.shops {
		if address := g.shops[g.turn.Add(1)%processes].URL(); address != "" {
			return address
		}
	}
	return ""
}
