package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// deliveryTimeout is how long an endpoint has for one delivery, as long as the gateways wait.
const deliveryTimeout = 10 * time.Second

// maxReply bounds what is read of a response, so that its connection can be used again.
const maxReply = 64 << 10

// sender sends every delivery. It has connections of its own, follows no redirect, as the gateways
// do, and adds no header that the delivery does not have, besides those that HTTP needs.
var sender = &http.Client{
	Transport:     senderTransport(),
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func senderTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableCompression = true // or it would add Accept-Encoding
	return t
}

// An endpointResponse is what an endpoint responded.
type endpointResponse struct {
	status int // 0 when there was no response
	took   time.Duration
	header http.Header
	body   []byte // no more than maxReply
}

// deliver sends one delivery as a gateway does.
func deliver(ctx context.Context, request *http.Request) (status int, took time.Duration, err error) {
	response, err := exchange(ctx, request, deliveryTimeout)
	return response.status, response.took, err
}

// exchange sends one delivery and reads the response, as far as it comes within a time.
func exchange(ctx context.Context, request *http.Request, within time.Duration) (endpointResponse, error) {
	timed, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	request = request.Clone(timed)
	if request.Header.Get("User-Agent") == "" {
		request.Header["User-Agent"] = nil // or net/http would send its own
	}
	began := time.Now()
	response, err := sender.Do(request)
	if err != nil {
		var wrapped *url.Error
		switch {
		case ctx.Err() == nil && timed.Err() != nil:
			err = timeoutError{within}
		case errors.As(err, &wrapped): // its URL may have a token in it
			err = wrapped.Err
		}
		return endpointResponse{took: time.Since(began)}, err
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxReply)) // the status is what counts
	return endpointResponse{response.StatusCode, time.Since(began), response.Header, body}, nil
}

// A timeoutError is that an endpoint did not respond in time.
type timeoutError struct{ after time.Duration }

func (e timeoutError) Error() string { return fmt.Sprintf("timed out after %s", e.after) }

func (e timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }
