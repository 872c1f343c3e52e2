// Package endpoint is what the command does with the URL of an endpoint: check it, show it without
// its secrets, and send it deliveries as a gateway does.
package endpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Timeout is how long an endpoint has for one delivery, as long as the gateways wait.
const Timeout = 10 * time.Second

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

// A Response is what an endpoint responded.
type Response struct {
	Status int // 0 when there was no response
	Took   time.Duration
	Header http.Header
	Body   []byte // no more than maxReply
}

// Deliver sends one delivery as a gateway does.
func Deliver(ctx context.Context, request *http.Request) (status int, took time.Duration, err error) {
	response, err := Exchange(ctx, request, Timeout)
	return response.Status, response.Took, err
}

// Exchange sends one delivery and reads the response, as far as it comes within a time.
func Exchange(ctx context.Context, request *http.Request, within time.Duration) (Response, error) {
	timed, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	request = request.Clone(timed)
	if request.Header.Get("User-Agent") == "" {
		request.Header["User-Agent"] = nil // or net/http would send its own
	}
	began := time.Now()
	response, err := sender.Do(request) //nolint:gosec // the endpoint that the user names
	if err != nil {
		var wrapped *url.Error
		switch {
		case ctx.Err() == nil && timed.Err() != nil:
			err = timeoutError{within}
		case errors.As(err, &wrapped): // its URL may have a token in it
			err = wrapped.Err
		}
		return Response{Took: time.Since(began)}, err
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxReply)) // the status is what counts
	return Response{response.StatusCode, time.Since(began), response.Header, body}, nil
}

// A timeoutError is that an endpoint did not respond in time.
type timeoutError struct{ after time.Duration }

func (e timeoutError) Error() string { return fmt.Sprintf("timed out after %s", e.after) }

func (e timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }
