package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/local"
)

// A Client calls the control API of a running sandbox. It is immutable and safe for concurrent use.
type Client struct {
	base string // "http://127.0.0.1:4010"
	http *http.Client
}

// An Option configures a [Client].
type Option func(*Client)

// WithHTTPClient sends the calls through a client of your own. By default they connect to this
// machine only, and use no proxy.
func WithHTTPClient(client *http.Client) Option {
	return func(c *Client) { c.http = client }
}

// New returns a client of the sandbox at baseURL, as the command prints it:
// "http://127.0.0.1:4010". A sandbox is on this machine, so that an address elsewhere is an error.
func New(baseURL string, opts ...Option) (*Client, error) {
	u, err := url.Parse(baseURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("control: the base URL %q is not an http or https URL: write it as in http://127.0.0.1:4010", baseURL)
	case !contract.IsLoopback(u.Hostname()):
		return nil, fmt.Errorf("control: the base URL %q is not on this machine: a sandbox is controlled at 127.0.0.1 or localhost", baseURL)
	}
	c := &Client{base: strings.TrimSuffix(baseURL, "/"), http: &http.Client{Transport: local.NewTransport()}}
	for _, apply := range opts {
		apply(c)
	}
	if c.http == nil {
		return nil, errors.New("control: WithHTTPClient needs a client")
	}
	return c, nil
}

// get reads what there is at a path below /_sandbox/.
func get[T any](ctx context.Context, c *Client, path string) (result T, err error) {
	return call[T](ctx, c, http.MethodGet, path, nil)
}

// post changes something. params is the request's body; nil for a call without parameters.
func post[T any](ctx context.Context, c *Client, path string, params any) (result T, err error) {
	if params == nil {
		params = none{}
	}
	return call[T](ctx, c, http.MethodPost, path, params)
}

// none is the body of a request without parameters and of a response without a result.
type none struct{}

func call[T any](ctx context.Context, c *Client, method, path string, params any) (result T, err error) {
	response, err := c.send(ctx, method, path, params)
	if err != nil {
		return result, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&result); err != nil {
		return result, fmt.Errorf("control: %s %s: the response is not the JSON of a sandbox: is %s one, of this version? %w", method, path, c.base, err)
	}
	return result, nil
}

// send returns a 2xx response, whose body the caller closes.
func (c *Client) send(ctx context.Context, method, path string, params any) (*http.Response, error) {
	var body io.Reader = http.NoBody
	if params != nil {
		encoded, err := json.Marshal(params)
		if err != nil {
			return nil, fmt.Errorf("control: %s %s: encode the parameters: %w", method, path, err)
		}
		body = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+"/_sandbox/"+path, body)
	if err != nil {
		return nil, fmt.Errorf("control: %s %s: %w", method, path, err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("control: %s %s: %w", method, path, ctx.Err())
		}
		return nil, fmt.Errorf("control: %s %s: no sandbox responds at %s, start one with `hostedpay sandbox`: %w", method, path, c.base, err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		defer response.Body.Close()
		return nil, c.rejected(response, method+" "+path)
	}
	return response, nil
}
