package main

import "text/template"

var tablesTemplate = template.Must(template.New("tables").Funcs(funcs).Parse(header + `package contract

import "time"

{{range $gateway, $d := .}}
// {{$gateway}}Version is info.version of the contract.
const {{$gateway}}Version = {{printf "%q" $d.Info.Version}}

// {{$gateway}}Server is the first server of the contract.
const {{$gateway}}Server = {{printf "%q" (index $d.Servers 0).URL}}

// {{$gateway}}APIKeys are the credentials that the contract's x-api-keys names.
func {{$gateway}}APIKeys() []APIKey {
	return []APIKey{
	{{- range $d.Keys}}
		{Prefix: {{printf "%q" .Prefix}}, Kind: {{printf "%q" .Kind}}, Mode: {{printf "%q" .Mode}}, Name: {{printf "%q" .Name}}},
	{{- end}}
	}
}

{{with $d.AdvisedSecretLength -}}
// {{$gateway}}AdvisedSecretLength is how many characters a webhook secret should have at least.
const {{$gateway}}AdvisedSecretLength = {{.}}
{{end}}

{{with $d.AssignedCodes -}}
// {{$gateway}}AssignedCode is the catalog code that the contract assigns to a status whose answers carry no code.
func {{$gateway}}AssignedCode(status int) string {
	switch status {
	{{- range $status, $code := .}}
	case {{$status}}:
		return {{printf "%q" $code}}
	{{- end}}
	}
	return ""
}
{{end}}

{{range $name, $s := $d.Schemes}}{{$n := $gateway}}{{if ne $name "visionscope"}}{{$n = printf "%s%s" $gateway (goName $name)}}{{end}}
// How {{$gateway}} signs and delivers events{{if ne $name "visionscope"}}, scheme {{$name}}{{end}}.
const (
	{{$n}}SignatureHeader = {{printf "%q" $s.SignatureHeader}}
	{{- if $s.TimestampHeader}}
	{{$n}}TimestampHeader = {{printf "%q" $s.TimestampHeader}}
	{{- end}}
	{{- if $s.UserAgent}}
	{{$n}}UserAgent = {{printf "%q" $s.UserAgent}}
	{{- end}}
	{{- if $s.Past}}
	{{$n}}Past = {{$s.Past}} * time.Second
	{{$n}}Future = {{$s.Future}} * time.Second
	{{- end}}
	{{- if $s.MaxSignatures}}
	{{$n}}MaxSignatures = {{$s.MaxSignatures}}
	{{- end}}
	{{$n}}ReplyWithin = {{$s.ReplyWithin}} * time.Second
)

// {{$n}}RetryAfter are the waits before each repetition of a delivery.
func {{$n}}RetryAfter() []time.Duration {
	return []time.Duration{ {{- range $i, $seconds := $s.RetryAfter}}{{if $i}}, {{end}}{{$seconds}} * time.Second{{end -}} }
}
{{end}}

{{- with $d.Idempotency.RetentionSeconds}}
// {{$gateway}}IdempotencyRetention is how long an idempotency key is remembered.
const {{$gateway}}IdempotencyRetention = {{.}} * time.Second
{{end}}

{{- with $d.IdempotencyKeyLength}}
// {{$gateway}}IdempotencyKeyLength is how many characters an idempotency key may have.
const {{$gateway}}IdempotencyKeyLength = {{.}}
{{end}}

{{- with $d.SessionLife}}
// {{$gateway}}SessionLife is how long a session lives when the create call does not say.
const {{$gateway}}SessionLife = {{.}} * time.Second
{{end}}

{{- with $d.Rotation.GraceSeconds}}
// {{$gateway}}KeyGrace is how long a rotated key stays valid.
const {{$gateway}}KeyGrace = {{.}} * time.Second
{{end}}

{{- with $d.RateLimits}}
// The contract's x-rate-limits: requests in a sliding window.
const (
	{{$gateway}}RateLimitWindow = {{.windowSeconds}} * time.Second
	{{$gateway}}CreatesPerAddress = {{.createsPerAddress}}
	{{$gateway}}CreatesPerKey = {{.createsPerKey}}
	{{$gateway}}ReadsPerAddress = {{.readsPerAddress}}
	{{$gateway}}DeepHealthChecksPerAddress = {{.deepHealthChecksPerAddress}}
)
{{end}}

{{- with $d.Timing}}
// When the gateway reports an outcome.
const (
	{{$gateway}}ApprovedAfter = {{.approvedSeconds}} * time.Second
	{{$gateway}}DeclinedAfter = {{.declinedSeconds}} * time.Second
	{{$gateway}}ReconcileEvery = {{.reconcileSeconds}} * time.Second
)
{{end}}

{{- with $d.ReturnURL.V2.MaxAge}}
// How old, and how far in the future, a v2 return URL may be.
const (
	{{$gateway}}ReturnMaxAge = {{.}} * time.Second
	{{$gateway}}ReturnFuture = {{$d.ReturnURL.V2.Future}} * time.Second
)
{{end}}

{{- if $d.TestMode.DeclinedAmount}}
// The outcome rule of test mode.
const (
	{{$gateway}}DeclinedAmount = {{$d.TestMode.DeclinedAmount}} // minor units
	{{$gateway}}DeclinedFailureCode = {{printf "%q" $d.TestMode.FailureCode}}
)
{{end}}

{{- if $d.TestMode.Cards}}
// {{$gateway}}TestCards are the card numbers of test mode.
func {{$gateway}}TestCards() []TestCard {
	return []TestCard{
	{{- range $d.TestMode.Cards}}
		{Number: {{printf "%q" .Number}}, Label: {{printf "%q" .Label}}, Outcome: {{printf "%q" .Outcome}}, FailureCode: {{printf "%q" .FailureCode}}},
	{{- end}}
	}
}
{{end}}
{{end}}
`))
