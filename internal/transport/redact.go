package transport

import "github.com/hostedpay/hostedpay-go/internal/redact"

// Sanitize makes a string from the network fit for a log: one line, bounded, without secrets.
func (c *Client) Sanitize(s string) string { return c.redactor.Line(s) }

func (x *exchange) sanitize(s string) string { return x.secrets().Line(s) }

// secrets are what must not be printed of a call.
func (x *exchange) secrets() redact.Redactor {
	if x.call.Secret.IsZero() {
		return x.redactor
	}
	if !x.redacts {
		x.redacts, x.own = true, x.redactor.With(x.call.Secret)
	}
	return x.own
}

// redact removes secrets from everything that came over the network and may be printed later,
// except bodies. What readResponse has read has none.
func (x *exchange) redact(err error) error {
	for i := range x.result.Attempts {
		a := &x.result.Attempts[i]
		a.Err = x.secrets().Error(a.Err)
	}
	return x.secrets().Error(err)
}
