package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/local"
)

// A Client calls the control API of a running sandbox. It is immutable and safe for concurrent use.
type Client struct {
	base string // "http://127.0.0.1:4010"
	http *http.Client
}

// An Option configures a [Client].
type Option func(*config)

type config struct {
	hosts    local.Hosts
	http     *http.Client
	problems []error
}

// WithHTTPClient sends the calls through a client of your own. By default they connect to this
// machine and the hosts of [WithHosts] only, and use no proxy.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) {
		c.http = client
		if client == nil {
			c.problems = append(c.problems, errors.New("WithHTTPClient needs a client"))
		}
	}
}

// WithHosts allows base URLs on other hosts than this machine, by their names or addresses: a
// sandbox in another container.
func WithHosts(hosts ...string) Option {
	return func(c *config) {
		allowed, err := local.NewHosts(hosts...)
		if err != nil {
			c.problems = append(c.problems, fmt.Errorf("WithHosts: %w", err))
		}
		c.hosts = append(c.hosts, allowed...)
	}
}

// New returns a client of the sandbox at baseURL, as the command prints it:
// "http://127.0.0.1:4010". It is an error when that is neither on this machine nor at a host of
// [WithHosts], or has a user, a query or a fragment.
func New(baseURL string, opts ...Option) (*Client, error) {
	var o config
	for _, set := range opts {
		set(&o)
	}
	if err := errors.Join(o.problems...); err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	u, problem := contract.ParseURL(baseURL)
	switch { // no error repeats the URL, which may have a password or a token in it
	case problem != "":
		return nil, fmt.Errorf("control: the base URL %s: write it as in http://127.0.0.1:4010", problem)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("control: the base URL's scheme is %q, and must be http or https: write it as in http://127.0.0.1:4010", u.Scheme)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("control: the base URL must have no user, query or fragment: write it as in http://127.0.0.1:4010")
	case !o.hosts.Allows(u.Hostname()):
		return nil, fmt.Errorf("control: the base URL's host %s is not on this machine: use 127.0.0.1 or localhost, or allow its host with WithHosts", u.Host)
	}
	if o.http == nil {
		o.http = &http.Client{Transport: o.hosts.NewTransport()}
	}
	return &Client{base: strings.TrimSuffix(baseURL, "/"), http: o.http}, nil
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
