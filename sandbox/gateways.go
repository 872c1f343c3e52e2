package sandbox

import (
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway/visionscope"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway/vora"
)

// gateways are the gateways of the sandbox.
func (c *config) gateways(env gateway.Environment) []gateway.Gateway {
	return []gateway.Gateway{
		vora.New(env, c.vora),
		visionscope.New(env),
	}
}
