package retry_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

var (
	refused   = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	reset     = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	untrusted = &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
)

func TestPredicates(t *testing.T) {
	t.Parallel()

	yes, no := true, false
	const once, idempotent = retry.Once, retry.Idempotent
	for _, c := range []struct {
		name    string
		ask     retry.Predicate
		outcome retry.Outcome
		want    retry.Verdict
	}{
		{"undelivered: a response", retry.Undelivered, retry.Outcome{Status: 503}, retry.Unsure},
		{"undelivered: not connected", retry.Undelivered, retry.Outcome{Safety: once, Err: refused}, retry.Retry},
		{"undelivered: no such host", retry.Undelivered, retry.Outcome{Safety: once, Err: &net.DNSError{Err: "no such host"}}, retry.Retry},
		{"undelivered: not trusted", retry.Undelivered, retry.Outcome{Safety: idempotent, Err: untrusted}, retry.Stop},
		{"undelivered: reset", retry.Undelivered, retry.Outcome{Safety: once, Err: reset}, retry.Unsure},

		{"unanswered: a response", retry.Unanswered, retry.Outcome{Status: 503}, retry.Unsure},
		{"unanswered: once", retry.Unanswered, retry.Outcome{Safety: once, Err: reset}, retry.Stop},
		{"unanswered: idempotent", retry.Unanswered, retry.Outcome{Safety: idempotent, Err: reset}, retry.Retry},
		{"unanswered: half a response", retry.Unanswered, retry.Outcome{Safety: idempotent, Status: 200, Err: io.ErrUnexpectedEOF}, retry.Retry},
		{"unanswered: too large a response", retry.Unanswered, retry.Outcome{Safety: idempotent, Status: 200, Err: retry.ErrBodyTooLarge}, retry.Stop},

		{"self-healing: silent", retry.SelfHealing, retry.Outcome{Status: 503}, retry.Unsure},
		{"self-healing: no", retry.SelfHealing, retry.Outcome{Safety: idempotent, Status: 503, SelfHeal: &no}, retry.Stop},
		{"self-healing: yes", retry.SelfHealing, retry.Outcome{Safety: idempotent, Status: 400, SelfHeal: &yes}, retry.Retry},
		{"self-healing: yes, once, turned away", retry.SelfHealing, retry.Outcome{Safety: once, Status: 503, SelfHeal: &yes}, retry.Retry},
		{"self-healing: yes, once, unclear", retry.SelfHealing, retry.Outcome{Safety: once, Status: 500, SelfHeal: &yes}, retry.Stop},

		{"code: none", retry.KnownCode, retry.Outcome{Status: 503}, retry.Unsure},
		{"code: unknown", retry.KnownCode, retry.Outcome{Status: 503, Code: "brand_new"}, retry.Unsure},
		{"code: final", retry.KnownCode, retry.Outcome{Safety: idempotent, Status: 503, Code: sdk.CodeWebhookNotConfigured}, retry.Stop},
		{"code: retryable", retry.KnownCode, retry.Outcome{Safety: idempotent, Status: 400, Code: sdk.CodeRateLimitExceeded}, retry.Retry},
		{"code: retryable, once, turned away", retry.KnownCode, retry.Outcome{Safety: once, Status: 429, Code: sdk.CodeRateLimitExceeded}, retry.Retry},
		{"code: retryable, once, unclear", retry.KnownCode, retry.Outcome{Safety: once, Status: 500, Code: sdk.CodeProviderUnavailable}, retry.Stop},
		{"code: retryable with a key", retry.KnownCode, retry.Outcome{Safety: idempotent, Status: 500, Code: sdk.CodeInternalError}, retry.Retry},
		{"code: retryable with a key, once", retry.KnownCode, retry.Outcome{Safety: once, Status: 503, Code: sdk.CodeInternalError}, retry.Stop},

		{"status: 429, once", retry.KnownStatus, retry.Outcome{Safety: once, Status: 429}, retry.Retry},
		{"status: 502, once", retry.KnownStatus, retry.Outcome{Safety: once, Status: 502}, retry.Retry},
		{"status: 503, once", retry.KnownStatus, retry.Outcome{Safety: once, Status: 503}, retry.Retry},
		{"status: 504, once", retry.KnownStatus, retry.Outcome{Safety: once, Status: 504}, retry.Stop},
		{"status: 504", retry.KnownStatus, retry.Outcome{Safety: idempotent, Status: 504}, retry.Retry},
		{"status: 408", retry.KnownStatus, retry.Outcome{Safety: idempotent, Status: 408}, retry.Retry},
		{"status: 408, once", retry.KnownStatus, retry.Outcome{Safety: once, Status: 408}, retry.Stop},
		{"status: 425", retry.KnownStatus, retry.Outcome{Safety: idempotent, Status: 425}, retry.Retry},
		{"status: 425, once", retry.KnownStatus, retry.Outcome{Safety: once, Status: 425}, retry.Stop},
		{"status: 500, once", retry.KnownStatus, retry.Outcome{Safety: once, Status: 500}, retry.Stop},
		{"status: 500", retry.KnownStatus, retry.Outcome{Safety: idempotent, Status: 500}, retry.Retry},
		{"status: 501", retry.KnownStatus, retry.Outcome{Safety: idempotent, Status: 501}, retry.Stop},
		{"status: 599", retry.KnownStatus, retry.Outcome{Safety: idempotent, Status: 599}, retry.Retry},
		{"status: 400", retry.KnownStatus, retry.Outcome{Safety: idempotent, Status: 400}, retry.Stop},
		{"status: 307", retry.KnownStatus, retry.Outcome{Safety: idempotent, Status: 307}, retry.Stop},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, c.ask(c.outcome))
		})
	}
}

func TestNeverSentNeedsProof(t *testing.T) {
	t.Parallel()

	proxy := &net.OpError{Op: "proxyconnect", Net: "tcp", Err: refused}
	for _, err := range []error{
		refused, proxy, untrusted, &net.DNSError{}, tls.RecordHeaderError{},
		&net.OpError{Op: "socks connect", Net: "tcp", Err: errors.New("refused")},
		&url.Error{Op: "Post", URL: "https://gateway.example.com", Err: refused}, fmt.Errorf("again: %w", refused),
	} {
		require.True(t, retry.NeverSent(err), "%v", err)
	}
	for _, err := range []error{
		nil, reset, io.EOF, io.ErrUnexpectedEOF, context.Canceled, context.DeadlineExceeded, retry.ErrAttemptTimeout,
		&net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}, &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")},
		http.ErrServerClosed, errors.New("who knows"),
	} {
		require.False(t, retry.NeverSent(err), "%v", err)
	}
}
