package main

import "text/template"

var tablesTemplate = template.Must(template.New("tables").Funcs(funcs).Parse(header + `package contract

import "time"

{{$d := .}}{{$gateway := .Name}}
// {{$gateway}}Server is the first server of the contract.
const {{$gateway}}Server = {{printf "%q" (index $d.Servers 0).URL}}

// {{$gateway}}APIKeys returns the credentials that the contract's x-api-keys names.
func {{$gateway}}APIKeys() []APIKey {
	return []APIKey{
	{{- range $d.APIKeys}}
		{Prefix: {{printf "%q" .Prefix}}, Kind: {{printf "%q" .Kind}}, Mode: {{printf "%q" .Mode}}, Name: {{printf "%q" .Name}}},
	{{- end}}
	}
}

// How a request of {{$gateway}} carries its API key{{if $d.IdempotencyHeader}} and its idempotency key{{end}}. Header names are in canonical spelling.
const (
	{{$gateway}}KeyHeader = {{printf "%q" $d.KeyHeader}}
	{{- with $d.KeyPrefix}}
	{{$gateway}}KeyPrefix = {{printf "%q" .}}
	{{- end}}
	{{- with $d.IdempotencyHeader}}
	{{$gateway}}IdempotencyHeader = {{printf "%q" .}}
	{{- end}}
)

{{if $d.Header "ServedVersion" -}}
// {{$gateway}}Version is info.version of the contract.
const {{$gateway}}Version = {{printf "%q" $d.Info.Version}}

// The headers that say which version of the API a request asks for and a response has, and which is the latest.
const (
	{{$gateway}}VersionHeader = {{printf "%q" ($d.Header "ServedVersion")}}
	{{$gateway}}LatestVersionHeader = {{printf "%q" ($d.Header "LatestVersion")}}
)
{{end}}

{{with $d.Header "RequestID" -}}
// {{$gateway}}RequestIDHeader is the response header that identifies a request in the gateway's logs.
const {{$gateway}}RequestIDHeader = {{printf "%q" .}}
{{end}}

{{with $d.AdvisedSecretLength -}}
// {{$gateway}}AdvisedSecretLength is the advised min length of a webhook secret, in characters.
const {{$gateway}}AdvisedSecretLength = {{.}}
{{end}}

{{with $d.AssignedCodes -}}
// {{$gateway}}AssignedCode is the catalog code that the contract assigns to a status whose responses carry no code.
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

{{range $s := $d.NamedSchemes}}{{$n := $s.Name}}
// How events of {{$s.Label}} are signed and delivered.
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

// {{$n}}RetryAfter returns the wait before each redelivery.
func {{$n}}RetryAfter() []time.Duration {
	return []time.Duration{ {{- range $i, $seconds := $s.RetryAfter}}{{if $i}}, {{end}}{{$seconds}} * time.Second{{end -}} }
}

// {{$n}}EventFields returns the fields of the scheme's events, in the order of the documentation.
func {{$n}}EventFields() []string {
	return []string{ {{- range $i, $field := $s.Fields}}{{if $i}}, {{end}}{{printf "%q" $field}}{{end -}} }
}

// {{$n}}EventTypes returns the documented types of the scheme's events. The set is open.
func {{$n}}EventTypes() []string {
	return []string{
	{{- range $s.Types}}
		{{printf "%q" .}},
	{{- end}}
	}
}
{{with $s.Replaces}}
// {{$n}}TypeFor returns the type that stands for an event of the scheme before it; empty for an unknown one.
func {{$n}}TypeFor(event string) string {
	switch event {
	{{- range $old, $new := .}}
	case {{printf "%q" $old}}:
		return {{printf "%q" $new}}
	{{- end}}
	}
	return ""
}

// {{$n}}EventFor returns the event of the scheme before it that a type stands for; empty for a type that stands for none.
func {{$n}}EventFor(kind string) string {
	switch kind {
	{{- range $new, $old := $s.Means}}
	case {{printf "%q" $new}}:
		return {{printf "%q" $old}}
	{{- end}}
	}
	return ""
}
{{end}}
{{end}}

{{- with $d.Idempotency.RetentionSeconds}}
// {{$gateway}}IdempotencyRetention is how long an idempotency key is remembered.
const {{$gateway}}IdempotencyRetention = {{.}} * time.Second
{{end}}

{{- with $d.IdempotencyKeyLength}}
// {{$gateway}}IdempotencyKeyLength is the max length of an idempotency key, in characters.
const {{$gateway}}IdempotencyKeyLength = {{.}}
{{end}}

{{- with $d.IdempotencyKeyPattern}}
// {{$gateway}}IdempotencyKeyPattern is the regular expression that an idempotency key matches.
const {{$gateway}}IdempotencyKeyPattern = {{printf "%q" .}}
{{end}}

{{- with $d.SessionLife}}
// {{$gateway}}SessionLife is how long a session lives when the create call does not say.
const {{$gateway}}SessionLife = {{.}} * time.Second
{{end}}

{{- with $d.Rotation.GraceSeconds}}
// {{$gateway}}KeyGrace is how long a rotated key stays valid.
const {{$gateway}}KeyGrace = {{.}} * time.Second
{{end}}

{{- if $d.RateLimits.WindowSeconds}}{{with $d.RateLimits}}
// The contract's x-rate-limits: requests in a sliding window.
const (
	{{$gateway}}RateLimitWindow = {{.WindowSeconds}} * time.Second
	{{$gateway}}CreatesPerAddress = {{.CreatesPerAddress}}
	{{$gateway}}CreatesPerKey = {{.CreatesPerKey}}
	{{$gateway}}ReadsPerAddress = {{.ReadsPerAddress}}
	{{$gateway}}DeepHealthChecksPerAddress = {{.DeepHealthChecksPerAddress}}
)
{{end}}{{end}}

// {{$gateway}}Capabilities returns how far the gateway does what the adapters of platforms ask for.
func {{$gateway}}Capabilities() []Capability {
	return []Capability{
	{{- range $d.Capabilities}}
		{Operation: {{printf "%q" .Operation}}, Support: {{printf "%q" .Support}}, Reason: {{printf "%q" .Reason}}},
	{{- end}}
	}
}

{{if $d.Timing.ApprovedSeconds}}{{with $d.Timing}}
// When the gateway reports an outcome.
const (
	{{$gateway}}ApprovedAfter = {{.ApprovedSeconds}} * time.Second
	{{$gateway}}DeclinedAfter = {{.DeclinedSeconds}} * time.Second
	{{$gateway}}ReconcileEvery = {{.ReconcileSeconds}} * time.Second
)
{{end}}{{end}}

{{- if $d.ReturnURL.Parameters}}
// What the gateway adds to the query of a return URL.
const (
	{{- range $d.ReturnURL.Parameters}}
	{{$gateway}}ReturnQuery{{fieldName .}} = {{printf "%q" .}}
	{{- end}}
)

// {{$gateway}}ReturnParameters returns all that the gateway adds to the query of a return URL.
func {{$gateway}}ReturnParameters() []string {
	return []string{ {{- range $i, $p := $d.ReturnURL.Parameters}}{{if $i}}, {{end}}{{$gateway}}ReturnQuery{{fieldName $p}}{{end -}} }
}
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
// {{$gateway}}TestCards returns the card numbers of test mode.
func {{$gateway}}TestCards() []TestCard {
	return []TestCard{
	{{- range $d.TestMode.Cards}}
		{Number: {{printf "%q" .Number}}, Label: {{printf "%q" .Label}}, Outcome: {{printf "%q" .Outcome}}, FailureCode: {{printf "%q" .FailureCode}}},
	{{- end}}
	}
}
{{end}}
`))

// gatewaysTemplate is the table that shared code iterates over.
var gatewaysTemplate = template.Must(template.New("gateways").Funcs(funcs).Parse(header + `package contract

import "slices"

// Gateways returns all gateways, one for each contract.
func Gateways() []Gateway {
	return []Gateway{
	{{- range .}}
		{ID: {{printf "%q" .ID}}, Name: {{printf "%q" .Gateway.Name}}, SessionIDPrefix: {{printf "%q" .Gateway.SessionIDPrefix}}, APIKeys: {{.Name}}APIKeys(){{if .RateLimits.WindowSeconds}}, RateLimits: RateLimits{
			Window: {{.Name}}RateLimitWindow, CreatesPerAddress: {{.Name}}CreatesPerAddress, CreatesPerKey: {{.Name}}CreatesPerKey,
			ReadsPerAddress: {{.Name}}ReadsPerAddress, DeepHealthChecksPerAddress: {{.Name}}DeepHealthChecksPerAddress,
		}{{end}}},
	{{- end}}
	}
}

// EventTypes returns the documented types of the events of all gateways.
func EventTypes() []string {
	return slices.Concat(
	{{- range .}}{{range .NamedSchemes}}
		{{.Name}}EventTypes(),
	{{- end}}{{end}}
	)
}
`))

var gatewayTemplate = template.Must(template.New("gateway").Funcs(funcs).Parse(header + `package sdk

// The gateways, one for each contract.
const (
{{- range .}}
	Gateway{{.Name}} Gateway = {{printf "%q" .ID}}
{{- end}}
)
`))
