package inbox_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/test/crash"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A crashSender delivers events to processes in turn, each until the response is 200.
type crashSender struct {
	processes []*crash.Program
	client    *http.Client
	turn      atomic.Int64

	mu           sync.Mutex
	acknowledged map[string]int // how often, by event
	failed       int            // attempts
	kills        map[crash.Moment]int
}

func newCrashSender(processes []*crash.Program) *crashSender {
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	return &crashSender{
		processes: processes, client: &http.Client{Transport: transport, Timeout: 10 * time.Second},
		acknowledged: map[string]int{}, kills: map[crash.Moment]int{},
	}
}

// plan is the event of each delivery. Of ten, three are of one of the last 40 events.
func (s *crashSender) plan(deliveries int) []string {
	all, events := make([]string, deliveries), 0
	for i := range all {
		event := events
		if i%10 == 3 || i%10 == 6 || i%10 == 9 {
			event = max(0, events-1-rand.N(40))
		} else {
			events++
		}
		all[i] = fmt.Sprintf("vp_cs_test_%d", event)
	}
	return all
}

// victim kills and starts a process.
func (s *crashSender) victim(process *crash.Program, at crash.Moment) func() error {
	return func() error {
		died := process.Kill(at, 500*time.Millisecond)
		s.mu.Lock()
		s.kills[died]++
		s.mu.Unlock()
		return process.Start()
	}
}

// wave delivers events, at most 32 at once. When some of them are acknowledged, it strikes, while
// the others are delivered.
func (s *crashSender) wave(ctx context.Context, events []string, strike func() error) error {
	var senders sync.WaitGroup
	queue, struck := make(chan string), make(chan error, 1)
	var acknowledged atomic.Int64
	last := int64(1 + rand.N(len(events)/2+1))
	for range 32 {
		senders.Go(func() {
			for event := range queue {
				if s.deliver(ctx, event) && acknowledged.Add(1) == last {
					go func() { struck <- strike() }()
				}
			}
		})
	}
	for _, event := range events {
		queue <- event
	}
	close(queue)
	senders.Wait()
	if ctx.Err() != nil {
		return fmt.Errorf("events were not acknowledged in time: %w", ctx.Err())
	}
	return <-struck
}

// deliver reports whether the event was acknowledged before the context ended.
func (s *crashSender) deliver(ctx context.Context, event string) bool {
	for ctx.Err() == nil {
		process := s.processes[s.turn.Add(1)%int64(len(s.processes))]
		ok := s.attempt(ctx, process.URL(), event)
		s.mu.Lock()
		if ok {
			s.acknowledged[event]++
		} else {
			s.failed++
		}
		s.mu.Unlock()
		if ok {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

func (s *crashSender) attempt(ctx context.Context, url, event string) bool {
	if url == "" {
		return false // nobody serves
	}
	body := webhookstest.SessionSucceeded(webhookstest.SessionID(event))
	response, err := s.client.Do(webhookstest.Vora(apiKey, body, webhookstest.To(url+"/events")).WithContext(ctx))
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	_, err = io.Copy(io.Discard, response.Body)
	return err == nil && response.StatusCode == http.StatusOK
}
