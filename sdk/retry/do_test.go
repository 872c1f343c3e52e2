package retry_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/cookiejar"
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

func TestDoLeavesTheRequestAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		request := post(t.Context(), t)
		header := request.Header.Clone()
		_, err := retry.Default().Do(over(responding(status(503))), request, retry.Idempotent)
		require.NoError(t, err)
		require.Equal(t, header, request.Header)
		require.Equal(t, int64(4), request.ContentLength)
		again, err := request.GetBody()
		require.NoError(t, err)
		body, err := io.ReadAll(again)
		require.NoError(t, err)
		require.Equal(t, "body", string(body))
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

// An http.Client adds the jar's cookies to the header that it is given, each time that it is given
// one.
func TestDoWithSendsCookiesOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		request := post(t.Context(), t)
		jar.SetCookies(&url.URL{Scheme: "https", Host: request.URL.Host}, []*http.Cookie{{Name: "route", Value: "a"}})
		s := responding(status(503))
		client := &http.Client{Transport: s, Jar: jar}
		_, err = retry.Default().Do(client, request, retry.Idempotent)
		require.NoError(t, err)
		require.Len(t, s.headers, 3)
		for _, header := range s.headers {
			require.Equal(t, []string{"route=a"}, header["Cookie"])
		}
		require.Empty(t, request.Header["Cookie"])
	})
}

func TestDoKeepsTheCookiesOfEveryResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		s := responding(status(503, "Set-Cookie", "route=a"), status(503, "Set-Cookie", "route=b"), status(200))
		_, err = retry.Default().Do(&http.Client{Transport: s, Jar: jar}, post(t.Context(), t), retry.Idempotent)
		require.NoError(t, err)
		require.Len(t, s.headers, 3)
		require.Empty(t, s.headers[0]["Cookie"])
		require.Equal(t, []string{"route=a"}, s.headers[1]["Cookie"])
		require.Equal(t, []string{"route=b"}, s.headers[2]["Cookie"])
	})
}

// A request that names another host in its header, as one through a tunnel does, has the cookies of
// that host.
func TestDoKeepsTheCookiesOfTheHostInTheHeader(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"", "gateway.example.com", "named.example.com"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				jar, err := cookiejar.New(nil)
				require.NoError(t, err)
				request := post(t.Context(), t)
				request.Host = host
				s := responding(status(503, "Set-Cookie", "route=a"), status(200))
				_, err = retry.Default().Do(&http.Client{Transport: s, Jar: jar}, request, retry.Idempotent)
				require.NoError(t, err)
				require.Len(t, s.headers, 2)
				require.Equal(t, []string{"route=a"}, s.headers[1]["Cookie"])
				require.Len(t, jar.Cookies(&url.URL{Scheme: "https", Host: cmp.Or(host, request.URL.Host)}), 1)
				if host == "named.example.com" {
					require.Empty(t, jar.Cookies(request.URL))
				}
			})
		})
	}
}

func TestDoSendsTheURLsPassword(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		request := post(t.Context(), t)
		request.URL.User = url.UserPassword("acme", "example")
		s := responding(status(503), status(200))
		_, err := retry.Default().Do(over(s), request, retry.Idempotent)
		require.NoError(t, err)
		require.Len(t, s.headers, 2)
		for _, header := range s.headers {
			require.Equal(t, []string{"Basic YWNtZTpleGFtcGxl"}, header["Authorization"])
		}
		require.Empty(t, request.Header["Authorization"])

		request = post(t.Context(), t)
		request.URL.User = url.UserPassword("acme", "example")
		request.Header.Set("Authorization", "Bearer of its own")
		s = responding(status(200))
		_, err = retry.Default().Do(over(s), request, retry.Idempotent)
		require.NoError(t, err)
		require.Equal(t, []string{"Bearer of its own"}, s.headers[0]["Authorization"])
	})
}

func TestDoOfARequestWithoutAHeader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		request := (&http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "https", Host: "gateway.example.com"}}).WithContext(t.Context())
		middleware := roundTripper(func(r *http.Request) (*http.Response, error) {
			r.Header.Set("X-Trace", "1")
			return status(200)(r)
		})
		result, err := retry.Default().Do(over(middleware), request, retry.Idempotent)
		require.NoError(t, err)
		require.Equal(t, 200, result.Status)
		require.Nil(t, request.Header)
	})
}

func TestDoOfWhatNoClientSends(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*http.Request){
		"no URL":     func(r *http.Request) { r.URL = nil },
		"RequestURI": func(r *http.Request) { r.RequestURI = "/v1/sessions" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := post(t.Context(), t)
			body := &closing{Reader: request.Body}
			request.Body = body
			spoil(request)
			s := responding(status(200))
			result, err := retry.Default().Do(over(s), request, retry.Idempotent)
			require.ErrorContains(t, err, name)
			require.Empty(t, result.Attempts)
			require.False(t, result.Uncertain)
			require.Empty(t, s.times)
			require.True(t, body.closed)
		})
	}
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
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

func TestDoBacksOff(t *testing.T) {
	t.Parallel()

	seconds := func(waits ...float64) (d []time.Duration) {
		for _, w := range waits {
			d = append(d, time.Duration(w*float64(time.Second)))
		}
		return d
	}
	for _, c := range []struct {
		name   string
		policy retry.Policy
		want   []time.Duration
	}{
		{"by default", retry.Policy{MaxRetries: 6, BaseDelay: 500 * time.Millisecond, MaxDelay: 8 * time.Second}, seconds(.5, 1, 2, 4, 8, 8)},
		{"not in powers of two", retry.Policy{MaxRetries: 4, BaseDelay: 3 * time.Second, MaxDelay: 10 * time.Second}, seconds(3, 6, 10, 10)},
		{"base above the most", retry.Policy{MaxRetries: 2, BaseDelay: time.Minute, MaxDelay: time.Second}, seconds(1, 1)},
		{"without a delay", retry.Policy{MaxRetries: 2}, seconds(0, 0)},
	} {
		for _, jitter := range []float64{0, .25, 1} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					policy := c.policy
					policy.Jitter = func() float64 { return jitter }
					s := responding(status(503))
					_, err := policy.Do(over(s), post(t.Context(), t), retry.Idempotent)
					require.NoError(t, err)
					require.Len(t, s.waits(), len(c.want))
					for i, wait := range s.waits() {
						require.Equal(t, time.Duration(jitter*float64(c.want[i])), wait)
					}
				})
			})
		}
	}
}

func TestDoBacksOffWithoutOverflow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		policy := retry.Policy{MaxRetries: 70, BaseDelay: time.Second, MaxDelay: math.MaxInt64, Jitter: func() float64 { return 1e-9 }}
		s := responding(status(503))
		_, err := policy.Do(over(s), post(t.Context(), t), retry.Idempotent)
		require.NoError(t, err)
		waits := s.waits()
		for i := 1; i < len(waits); i++ {
			require.GreaterOrEqual(t, waits[i], waits[i-1])
		}
	})
}

func TestDoWithMaxRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := responding(status(429, "Retry-After", "1"))
		result, err := retry.Policy{MaxRetries: 2}.Do(over(s), post(t.Context(), t), retry.Idempotent)
		require.NoError(t, err)
		require.Len(t, s.times, 1, "no Retry-After is waited for")
		require.Equal(t, time.Second, result.After)
		require.Equal(t, "the wait is too long", result.Attempts[0].Stopped)
	})
}

func TestDoGivesEachAttemptItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := responding(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		policy := retry.Policy{MaxRetries: 1, AttemptTimeout: 3 * time.Second}
		start := time.Now()
		result, err := policy.Do(over(s), post(t.Context(), t), retry.Idempotent)
		require.ErrorIs(t, err, retry.ErrAttemptTimeout)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 6*time.Second, time.Since(start))
		require.True(t, result.Uncertain)
		for _, a := range result.Attempts {
			require.Equal(t, 3*time.Second, a.Duration)
		}
	})
}

// Of the client's limit and the policy's, the shorter one is that of an attempt; zero is none.
func TestDoTakesTheShorterLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ client, policy, is time.Duration }{
		{2 * time.Second, 3 * time.Second, 2 * time.Second},
		{3 * time.Second, 2 * time.Second, 2 * time.Second},
		{2 * time.Second, 0, 2 * time.Second},
		{0, 2 * time.Second, 2 * time.Second},
	} {
		t.Run(fmt.Sprintf("%s and %s", c.client, c.policy), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := over(responding(func(r *http.Request) (*http.Response, error) {
					<-r.Context().Done()
					return nil, r.Context().Err()
				}))
				client.Timeout = c.client
				result, err := retry.Policy{AttemptTimeout: c.policy}.Do(client, post(t.Context(), t), retry.Idempotent)
				require.ErrorIs(t, err, retry.ErrAttemptTimeout)
				require.Len(t, result.Attempts, 1)
				require.Equal(t, c.is, result.Attempts[0].Duration)
			})
		})
	}
}

func TestDoEndsWithItsContext(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name     string
		response func(*http.Request) (*http.Response, error)
		status   int
		also     error
	}{
		{"after a response", status(503, "Retry-After", "30"), 503, nil},
		{"after none", fails(reset), 0, reset},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				closing := errors.New("the shop closes")
				time.AfterFunc(time.Second, func() { cancel(closing) })
				policy := retry.Policy{MaxRetries: 1, BaseDelay: time.Minute, MaxDelay: time.Minute, MaxRetryAfter: time.Minute, Jitter: func() float64 { return 1 }}
				start := time.Now()
				result, err := policy.Do(over(responding(c.response)), post(ctx, t), retry.Idempotent)
				require.Equal(t, time.Second, time.Since(start))
				require.ErrorIs(t, err, context.Canceled)
				require.ErrorIs(t, err, closing)
				if c.also != nil {
					require.ErrorIs(t, err, c.also)
				}
				require.Equal(t, c.status, result.Status)
				require.Len(t, result.Attempts, 1)
				require.Equal(t, time.Second, result.Attempts[0].Wait)
			})
		})
	}
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
