package contracttest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
)

func TestHandlerChecksWhatAGatewayAcceptsAndSends(t *testing.T) {
	t.Parallel()
	negative := createSession().saying(`{"amount":-1,"currency":"USD"}`)
	for name, c := range map[string]struct {
		request  message
		response message
		want     []string // empty: no violation
	}{
		"a good exchange":                     {createSession(), jsonResponse(201, created), nil},
		"below a prefix":                      {createSession().to("/vora/v1/sessions"), jsonResponse(418, refused), []string{"POST /vora/v1/sessions, response 418"}},
		"a bad request that is refused":       {negative, jsonResponse(400, refused), nil},
		"a bad request that is accepted":      {negative, jsonResponse(201, created), []string{"response 201 to a request that must be rejected: body: at '/amount'"}},
		"a bad request that is refused badly": {negative, jsonResponse(400, `{}`), []string{"response 400: ", "'error'"}},
		"an undocumented status":              {createSession(), jsonResponse(418, refused), []string{"response 418: the status is not documented"}},
		"a body that does not match":          {createSession(), jsonResponse(201, `{"id":"a"}`), []string{"missing properties 'checkoutUrl', 'expiresAt'"}},
		"a content type that is guessed":      {createSession(), jsonResponse(201, created).with("Content-Type", ""), []string{`"text/plain; charset=utf-8"`}},
		"a bad header":                        {createSession(), jsonResponse(201, created).with("X-RateLimit-Limit", "ten"), []string{"X-RateLimit-Limit"}},
		"a page":                              {getSession().to("/c/vp_cs_test_1"), message{status: 418}, nil},
		"a method that is not an operation":   {createSession().by(http.MethodDelete), message{status: 405}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSetup(t)
			w := httptest.NewRecorder()
			s.vora.Handler(c.response).ServeHTTP(w, c.request.request())
			require.Equal(t, c.response.status, w.Code)
			require.Equal(t, c.response.body, w.Body.String())
			if len(c.want) == 0 {
				require.Empty(t, s.violations)
				return
			}
			s.requireViolation(t, c.want...)
		})
	}
}

func TestHandlerMayAcceptWhatIsWrongOnPurpose(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	request := createSession().saying(`{}`).request()
	request = request.WithContext(contracttest.Invalid(request.Context()))
	s.vora.Handler(jsonResponse(201, created)).ServeHTTP(httptest.NewRecorder(), request)
	require.Empty(t, s.violations)
}

func TestHandlerLeavesTheRequestToTheGateway(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	long := strings.Repeat(" ", 5<<20) + minimal
	for _, body := range []string{minimal, long} {
		var read strings.Builder
		s.vora.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(&read, r.Body)
			jsonResponse(400, refused).ServeHTTP(w, r)
		})).ServeHTTP(httptest.NewRecorder(), createSession().saying(body).request())
		require.True(t, body == read.String(), "%d bytes came of %d", read.Len(), len(body))
	}
	require.Empty(t, s.violations)
}

func TestHandlerWorksInAServer(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	gateway := http.NewServeMux()
	gateway.HandleFunc("/v1/sessions", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		jsonResponse(201, created).ServeHTTP(w, r)
		w.Header().Set("X-RateLimit-Limit", "too late to be sent")
	})
	gateway.HandleFunc("/v1/health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"status":"ok",`)
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, `"version":"2026-04-14"}`)
	})
	gateway.HandleFunc("/v1/discovery", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	gateway.HandleFunc("/v1/sessions/{id}", func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = connection.Close()
	})
	server := httptest.NewServer(s.vora.Handler(gateway))
	t.Cleanup(server.Close)

	send := func(m message) (*http.Response, error) {
		request := m.to(server.URL + m.url).request()
		request.RequestURI = ""
		return server.Client().Transport.RoundTrip(request)
	}
	for _, m := range []message{createSession().to("/v1/sessions"), getSession().to("/v1/health")} {
		response, err := send(m)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
	}
	for _, path := range []string{"/v1/discovery", "/v1/sessions/a"} {
		_, err := send(getSession().to(path))
		require.Error(t, err, "the connection is cut")
	}
	server.Close()
	require.Empty(t, s.violations)
}
