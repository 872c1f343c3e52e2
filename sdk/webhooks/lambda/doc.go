// Package lambda receives webhooks behind an API gateway that calls a function with each request:
// AWS API Gateway (REST and HTTP APIs), Lambda function URLs, and what imitates them. It needs no
// library of theirs:
//
//	handler, err := webhooks.NewHandler(verifier, work, webhooks.WithStore(store))
//	…
//	lambda.Start(receive.Handle(handler)) // lambda is github.com/aws/aws-lambda-go/lambda, receive this package
//
// Give the handler a durable store: functions come and go, and their memory with them.
package lambda
