package retry_test

import (
	"cmp"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

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
