// Package otelhostedpay shows calls to the gateways, and the webhooks that come back, in
// OpenTelemetry.
//
// # Calls
//
// An observer sees every call of the clients that it is given to:
//
//	observer := otelhostedpay.Observer()
//	client, err := vora.New(key, sdk.WithObserver(observer))
//
// A call is one span, "vora.CreateSession" for example, however often it was tried; the attempts
// are its events. So a checkout that took nine seconds shows at a glance that the gateway said 429
// and asked for eight of them. The span failed when the call did, and error.type says why: a code
// of the catalog ("rate_limit_exceeded"), else an HTTP status ("502"), else canceled, timeout or
// no_response. hostedpay.request_id is what the gateway's support asks for, and
// hostedpay.outcome_unknown = true deserves an alert: somebody may have to find out whether it was
// done.
//
// With [Propagate] the gateways receive the trace in a header.
//
// # Webhooks
//
// Wrap the handler and its function:
//
//	receiver, err := webhooks.NewHandler(verifier, otelhostedpay.Func(work), webhooks.WithStore(store))
//	…
//	http.Handle("POST /webhooks/vora", otelhostedpay.Handler(receiver))
//
// A delivery is the span "webhooks.Handler", with the response that the gateway got. The function
// is "webhooks.EventFunc" below it, with scheme, type and session, and the parent of whatever the
// function does. A duplicate has no such child: the function is not called for it.
//
// # Metrics
//
//	hostedpay.client.call.duration       s          operation, http.response.status_code, error.type
//	hostedpay.client.attempts            {attempt}  operation, http.response.status_code, error.type
//	hostedpay.client.failures            {call}     operation, error.type, outcome_unknown
//	hostedpay.webhook.deliveries         {delivery} scheme, type, http.response.status_code, error.type, duplicate, tenant
//	hostedpay.webhook.function.duration  s          scheme, type, error.type
//
// operation and outcome_unknown begin with "hostedpay.", scheme, type, duplicate and tenant with
// "hostedpay.webhook.". The tenant is there for programs that ask for it: see [WithTenants]. A
// label that has nothing to say is left out: error.type where nothing failed, scheme, type and
// tenant where the function was not called, because the delivery was rejected or a duplicate. No
// label is an ID of the gateways, and each has few values: a code or a type that the contracts do
// not know is _OTHER.
//
// The attempts that end in 429 or 5xx while no call fails are the early warning; failures by
// error.type the late one.
//
// # What is never recorded
//
// Keys, secrets, checkout URLs, queries, bodies, idempotency keys, buyers, amounts, and the text of
// any error, which may quote one of them. Everything that is recorded is named in this package;
// what comes over the network (codes, request and session IDs) has to look like an identifier, or
// _OTHER stands in its place.
//
// # Where it goes
//
// To the global providers, also when they are set later, unless [WithTracerProvider] and
// [WithMeterProvider] say otherwise. Everything here is safe for concurrent use.
package otelhostedpay
