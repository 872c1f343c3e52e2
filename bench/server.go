package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// creating compares servers: the callers write bytes and look at the status.
func creating(context.Context) (*contest, error) {
	c := &contest{name: "sandbox, creates at 32 connections", about: "The sandbox creates sessions over loopback; the floor decodes the request, checks nothing and remembers nothing.", workers: 32, rate: true}
	gateways, err := sandbox.New()
	if err != nil {
		return nil, err
	}
	c.cleanup = append(c.cleanup, gateways.Close)
	const body = `{"amount":1499,"currency":"USD","successUrl":"https://shop.example.com/thanks"}`
	request := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/v1/sessions", strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+sandbox.Acme.Vora.SecretKey)
	request.Header.Set("Content-Type", "application/json")
	sent, err := written(request)
	if err != nil {
		return c, err
	}
	each := func() []byte { return sent }
	if err := c.serve("floor: bare JSON", "", http.HandlerFunc(bareServer), each); err != nil {
		return c, err
	}
	return c, c.serve("sandbox", "≥ 0.55", gateways, each)
}

func bareServer(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Amount     int64  `json:"amount"`
		Currency   string `json:"currency"`
		SuccessURL string `json:"successUrl"`
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"id": "vp_cs_test_k3TqJ9xWz2LmN8pR", "checkoutUrl": "http://" + r.Host + "/c/vp_cs_test_k3TqJ9xWz2LmN8pR", "expiresAt": time.Now().UTC(),
	})
}

// handling delivers events that are all new.
func handling(context.Context) (*contest, error) {
	c := &contest{name: "webhook handler, 8 connections", about: "Events arrive over loopback, each of them new, and are deduplicated in memory; the floor is a handler that does nothing.", workers: 8, rate: true}
	handler, err := webhooks.NewHandler(webhooks.Vora(keys(apiKey)), func(context.Context, webhooks.Event) error { return nil })
	if err != nil {
		return nil, err
	}
	deliveries := make([][]byte, 1<<17) // made before the clock runs, and more than the rounds need
	for i := range deliveries {
		delivery := webhookstest.Vora(apiKey, webhookstest.SessionSucceeded(webhookstest.SessionID(strconv.Itoa(i))))
		if deliveries[i], err = written(delivery); err != nil {
			return c, err
		}
	}
	each := func() func() []byte {
		var next atomic.Uint32
		return func() []byte { return deliveries[int(next.Add(1))%len(deliveries)] }
	}
	if err := c.serve("floor: empty handler", "", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), each()); err != nil {
		return c, err
	}
	return c, c.serve("hostedpay, memory store", "≥ 0.85", handler, each())
}

// written are the bytes of a request on a connection.
func written(request *http.Request) ([]byte, error) {
	var out bytes.Buffer
	err := request.Write(&out)
	return out.Bytes(), err
}

// serve adds a server as an entrant, with a connection for each worker.
func (c *contest) serve(name, goal string, handler http.Handler, request func() []byte) error {
	server := httptest.NewServer(handler)
	c.cleanup = append(c.cleanup, server.Close)
	conns := make([]*bufio.ReadWriter, c.workers)
	for i := range conns {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			return err
		}
		c.cleanup = append(c.cleanup, func() { _ = conn.Close() })
		conns[i] = bufio.NewReadWriter(bufio.NewReader(conn), bufio.NewWriter(conn))
	}
	c.entrants = append(c.entrants, entrant{name: name, goal: goal, do: func(worker int) error {
		return exchange(conns[worker], request())
	}})
	return nil
}

func exchange(conn *bufio.ReadWriter, request []byte) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	if err := conn.Flush(); err != nil {
		return err
	}
	response, err := http.ReadResponse(conn.Reader, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("status %s", response.Status)
	}
	return err
}
