// Package hostedpay is the root of the hostedpay Go SDK for hosted-checkout gateways.
//
// There is nothing to import here. Start with one of
//
//   - [github.com/hostedpay/hostedpay-go/sdk/vora], the Vora client,
//   - [github.com/hostedpay/hostedpay-go/sdk/visionscope], the VisionScope Checkout client,
//   - [github.com/hostedpay/hostedpay-go/sdk/webhooks], which verifies and decodes what both gateways send,
//   - [github.com/hostedpay/hostedpay-go/sandbox], both gateways offline.
//
// `go generate ./...` makes everything that is generated: the wire code in gen/ and the tables that
// the packages take from the contracts in api/.
package hostedpay

//go:generate go run ./internal/generate/openapi
//go:generate go run ./internal/generate/contract
//go:generate go run ./internal/generate/iso4217
