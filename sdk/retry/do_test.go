package retry_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// A server responds in memory, and keeps what it was sent.
type server struct {
	responses []func(*http.Request) (*http.Response, error) // the last one for all that follow
	bodies    []string
	headers   []http.Header
	times     []time.Time
	idle      int // CloseIdleConnections
}

func (s *server) RoundTrip(request *http.Request) (*http.Response, error) {
	n := len(s.times)
	s.times, s.headers = append(s.times, time.Now()), append(s.headers, request.Header.Clone())
	var body []byte
	if request.Body != nil {
		body, _ = io.ReadAll(request.Body)
		_ = request.Body.Close()
	}
	s.bodies = append(s.bodies, string(body))
	return s.responses[min(n, len(s.responses)-1)](request)
}

func (s *server) CloseIdleConnections() { s.idle++ }

// waits are the times between attempts, and so the waits, because nothing else takes time.
func (s *server) waits() (waits []time.Duration) {
	for i := 1; i < len(s.times); i++ {
		waits = append(waits, s.times[i].Sub(s.times[i-1]))
	}
	return waits
}

func status(code int, header ...string) func(*http.Request) (*http.Response, error) {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: code, Header: h, Body: http.NoBody}, nil
	}
}

func fails(err error) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func responding(responses ...func(*http.Request) (*http.Response, error)) *server {
	return &server{responses: responses}
}

// over is a client with a transport.
func over(transport http.RoundTripper) *http.Client { return &http.Client{Transport: transport} }

func post(ctx context.Context, t *testing.T) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://gateway.example.com/v1?secret=s3cret", strings.NewReader("body"))
	require.NoError(t, err)
	request.Header.Set("Idempotency-Key", "order-1")
	return request
}

func TestDoRepeatsTheSameRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := responding(status(503), fails(io.EOF), status(200))
		request := post(t.Context(), t)
		result, err := retry.Default().Do(over(s), request, retry.Idempotent)
		require.NoError(t, err)
		require.Equal(t, 200, result.Status)
		require.True(t, result.Uncertain)
		require.Len(t, result.Attempts, 3)
		require.Equal(t, []string{"body", "body", "body"}, s.bodies)
		require.Equal(t, s.headers[0], s.headers[1])
		require.Equal(t, s.headers[0], s.headers[2])
		require.Zero(t, s.idle, "the connections belong to somebody else")
	})
}

func TestDoSendsABodyOnceThatCannotBeReplayed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		request := post(t.Context(), t)
		request.GetBody = nil
		s := responding(status(503))
		result, err := retry.Default().Do(over(s), request, retry.Idempotent)
		require.NoError(t, err)
		require.Equal(t, []string{"body"}, s.bodies)
		require.Equal(t, "the body cannot be sent again", result.Attempts[0].Stopped)
	})
}

func TestDoReportsABodyThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		request, gone := post(t.Context(), t), errors.New("the file is gone")
		request.GetBody = func() (io.ReadCloser, error) { return nil, gone }
		s := responding(status(429), status(200))
		result, err := retry.Default().Do(over(s), request, retry.Idempotent)
		require.ErrorIs(t, err, gone)
		require.Len(t, s.times, 1)
		require.Equal(t, http.StatusTooManyRequests, result.Status)
		require.False(t, result.Uncertain)
	})
}

func TestDoWithIgnoresTheClientsRedirects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := responding(status(307, "Location", "https://evil.example.com/"))
		client := &http.Client{Transport: s, Timeout: time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
		result, err := retry.Default().Do(client, post(t.Context(), t), retry.Idempotent)
		require.NoError(t, err)
		require.Equal(t, 307, result.Status)
		require.Len(t, s.times, 1)
		require.Equal(t, time.Second, client.Timeout)
		require.Same(t, s, client.Transport)
	})
}

func TestDoOfHead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodHead, "https://gateway.example.com/", nil)
		require.NoError(t, err)
		result, err := retry.Default().Do(over(responding(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, ContentLength: 5000, Body: http.NoBody}, nil
		})), request, retry.Idempotent)
		require.NoError(t, err)
		require.Equal(t, 200, result.Status)
		require.Len(t, result.Attempts, 1)
	})
}

func TestDoNamesNoURL(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := responding(fails(&url.Error{Op: "Post", URL: "https://gateway.example.com/v1?secret=s3cret", Err: reset}))
		result, err := retry.Default().Do(over(s), post(t.Context(), t), retry.Idempotent)
		require.ErrorIs(t, err, reset)
		require.NotContains(t, err.Error(), "s3cret")
		require.NotContains(t, result.Attempts[0].String(), "s3cret")
	})
}

func TestDoBoundsTheResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		policy := retry.Default()
		policy.MaxBody = 10
		for length, fits := range map[int]bool{9: true, 10: true, 11: false} {
			for _, declared := range []int64{int64(length), -1} {
				result, err := policy.Do(over(responding(func(*http.Request) (*http.Response, error) {
					return &http.Response{
						StatusCode: http.StatusOK, ContentLength: declared, Body: io.NopCloser(strings.NewReader(strings.Repeat("x", length))),
					}, nil
				})), post(t.Context(), t), retry.Idempotent)
				if fits {
					require.NoError(t, err)
					require.Len(t, result.Body, length)
				} else {
					require.ErrorIs(t, err, retry.ErrBodyTooLarge)
					require.LessOrEqual(t, len(result.Body), 10)
					require.True(t, result.Uncertain)
				}
				require.Len(t, result.Attempts, 1)
			}
		}
	})
}

// However much may be read, a server that declares more than it sends has no memory allocated for
// it.
func TestDoReadsWithoutABound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		policy := retry.Default()
		policy.MaxBody, policy.MaxRetries = math.MaxInt64, 0
		for declared, want := range map[int64]error{-1: nil, 5: nil, 6: io.ErrUnexpectedEOF, 2 << 20: io.ErrUnexpectedEOF, math.MaxInt64: io.ErrUnexpectedEOF} {
			result, err := policy.Do(over(responding(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusOK, ContentLength: declared, Body: io.NopCloser(strings.NewReader("hello"))}, nil
			})), post(t.Context(), t), retry.Idempotent)
			require.ErrorIs(t, err, want)
			require.Equal(t, "hello", string(result.Body))
		}
	})
}

func TestDoAsksTheCallersPredicates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		teapot := func(o retry.Outcome) retry.Verdict {
			if o.Status == http.StatusTeapot {
				return retry.Retry
			}
			return retry.Unsure
		}
		policy := retry.Policy{MaxRetries: 1, Predicates: append([]retry.Predicate{teapot}, retry.Predicates()...)}
		s := responding(status(418))
		_, err := policy.Do(over(s), post(t.Context(), t), retry.Once)
		require.NoError(t, err)
		require.Len(t, s.times, 2)

		policy.Predicates = []retry.Predicate{} // nobody is sure
		s = responding(status(503))
		_, err = policy.Do(over(s), post(t.Context(), t), retry.Once)
		require.NoError(t, err)
		require.Len(t, s.times, 1)
	})
}

// What a response says about itself is read once per response, and decides first.
func TestDoReadsResponsesOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		read, no := []int{}, false
		policy := retry.Default()
		policy.ReadResponse = func(status int, header http.Header, body []byte) retry.ResponseInfo {
			read = append(read, status)
			require.Equal(t, "1", header.Get("Retry-After"))
			require.Empty(t, body)
			if len(read) == 2 {
				return retry.ResponseInfo{Code: sdk.CodeProviderUnavailable, Retryable: &no}
			}
			return retry.ResponseInfo{}
		}
		s := responding(status(503, "Retry-After", "1"), status(502, "Retry-After", "1"))
		result, err := policy.Do(over(s), post(t.Context(), t), retry.Idempotent)
		require.NoError(t, err)
		require.Equal(t, []int{503, 502}, read)
		require.Empty(t, result.Attempts[0].Code)
		require.Equal(t, sdk.CodeProviderUnavailable, result.Attempts[1].Code)
		require.Len(t, s.times, 2, "the gateway said no to another attempt")
	})
}
