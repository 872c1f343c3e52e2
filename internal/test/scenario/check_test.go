package scenario_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// check is everything about a run but its times.
func (s scenario) check(t *testing.T, g *gateway, r run) {
	require.Len(t, g.seen, len(s.script), "attempts; the call ended with: %v", r.err)
	s.checkRequests(t, g)
	if s.want.result != "" {
		require.NoError(t, r.err)
		require.Equal(t, s.want.result, r.outcome.said)
		s.checkAttempts(t, r.outcome.response.Attempts)
		last := s.script[len(s.script)-1]
		require.Equal(t, last.status, r.outcome.response.Status)
		require.Equal(t, last.headerOf(len(s.script)).Get("X-Request-Id"), r.outcome.response.RequestID)
		require.Equal(t, s.sentKey(g), r.outcome.response.IdempotencyKey)
	} else {
		require.Nil(t, r.outcome.result, "no result beside an error")
		s.checkError(t, g, r.err)
	}
	s.checkSecrets(t, r)
}

// checkRequests holds the first request against the operation, and the others against the first.
func (s scenario) checkRequests(t *testing.T, g *gateway) {
	first := g.first()
	for n, seen := range g.seen {
		if seen.blind {
			continue
		}
		u, err := url.Parse(seen.url)
		require.NoError(t, err)
		path := s.call.path
		if s.want.paths != nil {
			path = s.want.paths[n]
		}
		require.Equal(t, s.call.method, seen.method)
		require.Equal(t, path, u.Path)
		require.Equal(t, s.call.query, u.RawQuery)
		require.Equal(t, first.header, seen.header, "the header of attempt %d", n+1)
		if seen.arrived {
			require.Equal(t, int64(len(seen.body)), seen.length, "the Content-Length of attempt %d", n+1)
			s.checkBody(t, seen.body)
			require.Equal(t, g.firstBody(), seen.body, "the body of attempt %d", n+1)
		}
		if s.script[n].isResponse() {
			require.True(t, seen.released, "the body of response %d was not closed", n+1)
		}
	}
	if first == nil {
		return
	}
	header := first.header
	require.Equal(t, s.call.key, len(header.Values("Idempotency-Key")) == 1, "Idempotency-Key: %v", header.Values("Idempotency-Key"))
	for _, name := range []string{"Authorization", "X-Api-Key"} {
		require.Equal(t, s.call.secret == name, header.Get(name) != "", "%s", name)
	}
}

func (s scenario) checkBody(t *testing.T, body []byte) {
	if s.call.body == "" {
		require.Empty(t, body)
		return
	}
	require.JSONEq(t, s.call.body, string(body))
}

// sentKey is the idempotency key of the first attempt, and so of all.
func (s scenario) sentKey(g *gateway) string {
	first := g.first()
	if first == nil {
		return ""
	}
	return first.header.Get("Idempotency-Key")
}

// first is the first attempt that the gateway could see; nil when there was none.
func (g *gateway) first() *sighting {
	for _, seen := range g.seen {
		if !seen.blind {
			return seen
		}
	}
	return nil
}

func (g *gateway) firstBody() []byte {
	for _, seen := range g.seen {
		if seen.arrived {
			return seen.body
		}
	}
	return nil
}

func (s scenario) checkError(t *testing.T, g *gateway, err error) {
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	var unknown *sdk.OutcomeUnknownError
	if s.want.unknown {
		require.ErrorAs(t, err, &unknown)
		require.Contains(t, err.Error(), unknown.Advice)
		require.NotEmpty(t, unknown.Advice)
	} else {
		require.NotErrorAs(t, err, &unknown)
	}
	require.Equal(t, s.call.name, e.Operation)
	require.Equal(t, s.want.status, e.Status)
	require.Equal(t, s.want.code, e.Code)
	require.Equal(t, s.want.assigned, e.CodeAssigned)
	require.Equal(t, !s.call.once, e.Idempotent)
	require.Equal(t, s.want.retryAfter, e.RetryAfter)
	require.Equal(t, s.newestRequestID(), e.RequestID)
	if key := s.sentKey(g); key != "" {
		require.Equal(t, key, e.IdempotencyKey)
	}
	if s.want.code != "" {
		require.ErrorIs(t, err, s.want.code)
	}
	for _, cause := range s.want.causes {
		require.ErrorIs(t, err, cause)
	}
	require.Contains(t, err.Error(), s.want.says)
	if s.want.saysNot != "" {
		require.NotContains(t, err.Error(), s.want.saysNot)
	}
	s.checkRaw(t, e)
	s.checkAttempts(t, e.Attempts)
	if n := len(e.Attempts); n > 0 {
		require.Contains(t, e.Attempts[n-1].Stopped, s.want.stopped)
	}
}

// checkRaw is about a response that says success and cannot be read: whoever has the error has what
// came of the body.
func (s scenario) checkRaw(t *testing.T, e *sdk.Error) {
	if len(e.Attempts) == 0 || e.Status/100 != 2 {
		require.Empty(t, e.Raw.Bytes())
		return
	}
	if last := s.script[len(s.script)-1]; !last.tooLarge() {
		require.Equal(t, last.body[:last.length()], string(e.Raw.Bytes()))
	}
}

func (s scenario) newestRequestID() string {
	for n := len(s.script); n > 0 && n > len(s.script)-s.recorded(); n-- {
		if step := s.script[n-1]; step.isResponse() && step.headerOf(n).Get("X-Request-Id") != "" {
			return requestID(n)
		}
	}
	return ""
}

func (s scenario) recorded() int {
	if s.want.recorded != 0 {
		return s.want.recorded
	}
	return len(s.script)
}

// checkAttempts compares what the caller is told about the attempts with what happened.
func (s scenario) checkAttempts(t *testing.T, attempts []sdk.Attempt) {
	require.Len(t, attempts, s.recorded())
	steps := s.script[len(s.script)-len(attempts):]
	for i, a := range attempts {
		require.Equal(t, i+1, a.Number)
		require.Equal(t, steps[i].isResponse(), a.Status != 0, "attempt %d: %v", i+1, a)
		if steps[i].isResponse() {
			require.Equal(t, steps[i].status, a.Status)
		}
		require.Equal(t, steps[i].event != responses && steps[i].event != hasNoBodyAtAll || steps[i].tooLarge(), a.Err != nil, "attempt %d: %v", i+1, a)
	}
}

func (s step) tooLarge() bool { return len(s.body) > 1<<20 }

// checkSecrets looks for what must not reach a log in everything that a caller may print.
func (s scenario) checkSecrets(t *testing.T, r run) {
	printed := []string{r.log}
	for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s"} {
		printed = append(printed, fmt.Sprintf(verb, r.err), fmt.Sprintf(verb, r.outcome.result))
	}
	encoded, err := json.Marshal(r.outcome.result)
	require.NoError(t, err)
	printed = append(printed, string(encoded))
	var e *sdk.Error
	if s.want.result == "" {
		require.ErrorAs(t, r.err, &e)
		for _, a := range e.Attempts {
			printed = append(printed, a.String())
		}
	}
	for _, text := range printed {
		for _, secret := range secrets() {
			require.NotContains(t, text, secret)
		}
	}
}

// checkTimes is about when things happened, and about what the caller is told of it.
func (s scenario) checkTimes(t *testing.T, g *gateway, r run) {
	attempts := r.outcome.response.Attempts
	var e *sdk.Error
	if s.want.result == "" {
		require.ErrorAs(t, r.err, &e)
		attempts = e.Attempts
	}
	var lasted time.Duration
	for n, seen := range g.seen {
		lasted += seen.ended.Sub(seen.began)
		if n == 0 {
			require.Equal(t, r.began, seen.began)
			continue
		}
		if s.want.paths != nil && s.want.paths[n] != s.want.paths[n-1] {
			require.Equal(t, g.seen[n-1].ended, seen.began, "the other path is asked at once")
			continue
		}
		waited, allowed := seen.began.Sub(g.seen[n-1].ended), backoff(n)
		if s.want.waits != nil {
			require.Len(t, s.want.waits, len(g.seen)-1)
			allowed = s.want.waits[n-1]
		}
		require.GreaterOrEqual(t, waited, allowed.least, "the wait before attempt %d", n+1)
		require.LessOrEqual(t, waited, allowed.most, "the wait before attempt %d", n+1)
		if s.want.recorded == 0 {
			require.Equal(t, waited, attempts[n-1].Wait, "the wait that attempt %d tells of", n)
		}
	}
	require.Equal(t, s.want.lasts, lasted, "the attempts together")
	if len(g.seen) == 0 {
		require.Equal(t, r.began, r.ended)
		return
	}
	waited := r.ended.Sub(g.seen[len(g.seen)-1].ended)
	require.Equal(t, waited, attempts[len(attempts)-1].Wait, "the wait that the last attempt tells of")
	if s.want.givenUp {
		require.Positive(t, waited)
		require.Equal(t, s.cancelAfter, r.ended.Sub(r.began), "the caller does not wait for the gateway any longer")
	} else {
		require.Zero(t, waited, "the time after the last attempt")
	}
}
