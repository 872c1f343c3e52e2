package contracttest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
)

func TestTransportLetsGoodExchangesPass(t *testing.T) {
	t.Parallel()
	html := message{status: http.StatusBadGateway, body: "<h1>Bad Gateway</h1>", header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}}
	pending := jsonResponse(200, `{"id":"a","status":"pending","mode":"payment","merchantId":"m","amount":1,"currency":"USD","country":null,
		"shippingAddress":null,"metadata":null,"createdAt":"2026-04-21T13:18:14Z","updatedAt":"2026-04-21T15:18:14.650+02:00","expiresAt":"2026-04-21T13:48:14Z"}`)
	for name, c := range map[string]struct {
		request  message
		response message
	}{
		"a create":                  {createSession(), jsonResponse(201, created)},
		"a content type's charset":  {createSession(), jsonResponse(201, created).with("Content-Type", "").with("Content-Type", "application/json; charset=utf-8")},
		"below a prefix":            {createSession().to("https://example.com/base/path/v1/sessions?dry_run=true"), jsonResponse(200, `{"valid":true,"warnings":[]}`)},
		"nulls where null is legal": {getSession(), pending},
		"an escaped slash of an id": {getSession().to("http://127.0.0.1/v1/sessions/a%20b"), pending},
		"no key where none is due":  {getSession().to("http://127.0.0.1/v1/health").with("Authorization", ""), jsonResponse(200, `{"status":"ok","version":"1"}`)},
		"either of two bodies":      {getSession().to("http://127.0.0.1/v1/health"), jsonResponse(503, `{"error":"down","code":"internal_error"}`)},
		"headers of a response":     {createSession(), jsonResponse(429, refused).with("Retry-After", "30").with("X-RateLimit-Limit", "10")},
		"a proxy's page":            {getSession(), html},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSetup(t)
			require.Equal(t, c.response.body, exchange(t, s.vora, c.request.request(), c.response))
			require.Empty(t, s.violations)
		})
	}
}

func TestTransportReportsBadRequests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request message
		want    string
	}{
		"wrong type":               {createSession().saying(`{"amount":"1499","currency":"USD"}`), "at '/amount': value must be an integer"},
		"missing member":           {createSession().saying(`{"amount":1499}`), `property "currency" is missing`},
		"mistyped member":          {createSession().saying(`{"amount":1499,"currency":"USD","succesUrl":"https://shop.example.com"}`), `property "succesUrl" is unsupported`},
		"member of a member":       {createSession().saying(`{"amount":1499,"currency":"USD","lineItems":[{"name":"D3","quantity":0,"unitAmount":1}]}`), "at '/lineItems/0/quantity': number must be at least 1"},
		"null":                     {createSession().saying(`{"amount":1499,"currency":"USD","country":null}`), "at '/country': Value is not nullable"},
		"pattern":                  {createSession().saying(`{"amount":1499,"currency":"usd"}`), "at '/currency': string doesn't match the regular expression"},
		"enum":                     {createSession().saying(`{"amount":1499,"currency":"USD","mode":"setup"}`), "at '/mode'"},
		"maximum":                  {createSession().saying(`{"amount":100000000,"currency":"USD"}`), "at '/amount': number must be at most"},
		"uri":                      {createSession().saying(`{"amount":1499,"currency":"USD","successUrl":"/thanks"}`), "at '/successUrl': string doesn't match the format \"uri\""},
		"values of open members":   {createSession().saying(`{"amount":1499,"currency":"USD","metadata":{"order":7}}`), "at '/metadata/order': value must be a string"},
		"no body":                  {createSession().saying(""), "value is required but missing"},
		"cut body":                 {createSession().saying(`{"amount":`), "body"},
		"two values":               {createSession().saying(minimal + minimal), "goes on after its JSON value"},
		"a body that nobody wants": {getSession().saying(minimal).with("Content-Type", "application/json"), "request body not allowed"},
		"content type":             {createSession().with("Content-Type", "").with("Content-Type", "text/plain"), `"text/plain"`},
		"header":                   {createSession().with("Idempotency-Key", strings.Repeat("k", 256)), `header "Idempotency-Key"`},
		"header twice":             {createSession().with("Idempotency-Key", "a").with("Idempotency-Key", "a"), `header "Idempotency-Key" comes more than once`},
		"query":                    {createSession().to("http://127.0.0.1/v1/sessions?dry_run=maybe"), `query "dry_run"`},
		"mistyped query":           {createSession().to("http://127.0.0.1/v1/sessions?dryRun=true"), `query parameter "dryRun" is not documented`},
		"no key":                   {createSession().with("Authorization", ""), "no bearer token"},
		"an empty key":             {createSession().with("Authorization", "").with("Authorization", "Bearer "), "no bearer token"},
		"another scheme":           {createSession().with("Authorization", "").with("Authorization", "Basic YTpi"), "no bearer token"},
		"slash in an id":           {getSession().to("http://127.0.0.1/v1/sessions/a%2Fb"), `path "sessionId"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSetup(t)
			exchange(t, s.vora, c.request.request(), jsonResponse(400, refused))
			s.requireViolation(t, "contract of Vora: "+c.request.method+" /v1/sessions", ", request: ", c.want)
		})
	}
}

func TestTransportReportsBadResponses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		response message
		want     string
	}{
		"wrong type":                {jsonResponse(201, strings.Replace(created, `"vp_cs_test_1"`, `7`, 1)), "at '/id'"},
		"missing member":            {jsonResponse(201, `{"id":"a","checkoutUrl":"https://example.com"}`), "missing property 'expiresAt'"},
		"undocumented member":       {jsonResponse(201, strings.Replace(created, `{`, `{"url":"a",`, 1)), "'url' not allowed"},
		"bad date-time":             {jsonResponse(201, strings.Replace(created, "2026-04-21T13", "2026-04-21 13", 1)), "at '/expiresAt'"},
		"a day that no month has":   {jsonResponse(201, strings.Replace(created, "2026-04-21", "2026-02-31", 1)), "at '/expiresAt'"},
		"uri":                       {jsonResponse(201, strings.Replace(created, "https://checkout.vonpay.com", "", 1)), "at '/checkoutUrl'"},
		"neither of two bodies":     {jsonResponse(200, `{"valid":false,"warnings":[]}`), "anyOf"},
		"undocumented status":       {jsonResponse(418, refused), "response 418: the status is not documented"},
		"redirect":                  {message{status: 307, header: http.Header{"Location": {"https://example.com"}}}, "response 307: the status is not documented"},
		"undocumented content type": {jsonResponse(400, refused).with("Content-Type", "").with("Content-Type", "text/html"), `"text/html"`},
		"no content type":           {jsonResponse(400, refused).with("Content-Type", ""), `Content-Type has unexpected value: ""`},
		"header of a wrong type":    {jsonResponse(201, created).with("X-RateLimit-Remaining", "many"), `"X-RateLimit-Remaining"`},
		"header out of range":       {jsonResponse(201, created).with("X-RateLimit-Remaining", "-1"), `"X-RateLimit-Remaining"`},
		"no body":                   {jsonResponse(201, ""), "body"},
		"two values":                {jsonResponse(201, created+"{}"), "goes on after its JSON value"},
		"a page of 5 MiB":           {jsonResponse(201, created+strings.Repeat(" ", 5<<20)), "larger than 4 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSetup(t)
			require.Equal(t, c.response.body, exchange(t, s.vora, createSession().request(), c.response))
			s.requireViolation(t, "contract of Vora: POST /v1/sessions, response ", c.want)
		})
	}
}

func TestTransportKnowsEachGatewaysOwnContract(t *testing.T) {
	t.Parallel()
	response := jsonResponse(200, `{"success":true,"data":{"session_id":"cs_1","checkout_url":"https://pay.visionscopeai.com/checkout/cs_1"}}`)
	s := newSetup(t)
	exchange(t, s.visionscope, createCheckout().request(), response)
	require.Empty(t, s.violations)

	s = newSetup(t)
	exchange(t, s.visionscope, createCheckout().with("X-Api-Key", "").request(), response)
	s.requireViolation(t, "contract of VisionScope: POST /api/checkout/create", "no X-API-Key")

	s = newSetup(t)
	exchange(t, s.vora, createCheckout().request(), response)
	s.requireViolation(t, "contract of Vora: POST /api/checkout/create: there is no such operation")
}

func TestTransportReportsWhatIsNoOperation(t *testing.T) {
	t.Parallel()
	for _, request := range []message{
		createSession().to("http://127.0.0.1/v1/session"),
		createSession().to("http://127.0.0.1/v1/sessions/"),
		createSession().to("http://127.0.0.1/xv1/sessions"),
		createSession().by(http.MethodPut),
		getSession().to("http://127.0.0.1/v1/sessions/a/b"),
	} {
		s := newSetup(t)
		exchange(t, s.vora, request.request(), jsonResponse(404, refused))
		s.requireViolation(t, "there is no such operation")
	}
}

func TestTransportChecksOnlyTheResponseOfARequestThatIsWrongOnPurpose(t *testing.T) {
	t.Parallel()
	bad := createSession().saying(`{"amount":-1}`).request()
	bad = bad.WithContext(contracttest.Invalid(bad.Context()))

	s := newSetup(t)
	exchange(t, s.vora, bad, jsonResponse(400, refused))
	require.Empty(t, s.violations)

	exchange(t, s.vora, bad, jsonResponse(400, `{"error":"the amount is wrong"}`))
	s.requireViolation(t, "response 400", "missing property 'code'")

	s = newSetup(t)
	nowhere := createSession().by(http.MethodPut).request()
	exchange(t, s.vora, nowhere.WithContext(contracttest.Invalid(nowhere.Context())), jsonResponse(405, refused))
	require.Empty(t, s.violations)
}

func TestNoViolationRepeatsASecret(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	exchange(t, s.vora, createSession().with("Idempotency-Key", " "+secretKey).to("http://127.0.0.1/v1/sessions?key="+secretKey).
		saying(`{"amount":1,"currency":"`+secretKey+`"}`).request(), jsonResponse(400, `{"error":"`+secretKey+`","code":1,"`+secretKey+`":1}`))
	const webhookSecret = "whsec_0f2c1b8a"
	exchange(t, s.visionscope, createCheckout().saying(`{"amount":1,"currency":"`+webhookSecret+`","webhook_secret":"`+webhookSecret+`"}`).request(),
		jsonResponse(400, `{"error":1}`))
	delivery := sessionSucceeded().with("X-Vonpay-Signature", "").with("X-Vonpay-Signature", "A"+signature)
	s.vora.Deliveries(jsonResponse(200, `{"received":true}`)).ServeHTTP(httptest.NewRecorder(), delivery.request())

	require.GreaterOrEqual(t, len(s.violations), 4)
	all := strings.Join(s.violations, "\n")
	require.Contains(t, all, "[secret]")
	for _, secret := range []string{secretKey, webhookSecret, signature} {
		require.NotContains(t, all, secret)
	}
}

func TestTransportPassesEverythingOn(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	given := &closing{Reader: strings.NewReader(minimal)}
	request := createSession().request()
	request.Body = given
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(minimal)), nil }
	answered := &closing{Reader: strings.NewReader(created)}

	response, err := s.vora.Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		require.Equal(t, minimal, string(body))
		require.NotNil(t, r.GetBody)
		require.Equal(t, int64(len(minimal)), r.ContentLength)
		require.Equal(t, request.Header, r.Header)
		require.Equal(t, request.URL, r.URL)
		require.NoError(t, r.Body.Close())
		return &http.Response{StatusCode: http.StatusCreated, Header: http.Header{"Content-Type": {"application/json"}}, Body: answered}, nil
	})).RoundTrip(request)
	require.NoError(t, err)
	require.True(t, given.closed)
	require.Same(t, given, request.Body, "a round tripper may not change its request")
	require.Empty(t, request.URL.RawQuery, "defaults are not written into it")

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, created, string(body))
	require.False(t, answered.closed)
	require.NoError(t, response.Body.Close())
	require.True(t, answered.closed)
	require.Empty(t, s.violations)
}

func TestTransportLeavesNoBodyNoBody(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	request := getSession().request()
	for _, body := range []io.ReadCloser{nil, http.NoBody} {
		request.Body = body
		_, err := s.vora.Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
			require.Equal(t, body, r.Body, "anything else would be sent with a length of its own")
			return jsonResponse(404, refused).RoundTrip(r)
		})).RoundTrip(request)
		require.NoError(t, err)
	}
	require.Empty(t, s.violations)
}

func TestTransportPassesFailuresOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")

	s := newSetup(t)
	_, err := s.vora.Transport(roundTripper(func(*http.Request) (*http.Response, error) { return nil, broken })).RoundTrip(createSession().request())
	require.ErrorIs(t, err, broken)
	require.Empty(t, s.violations)

	once := iotest.TimeoutReader(io.MultiReader(strings.NewReader(created[:20]), strings.NewReader(created[20:])))
	next := roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusCreated, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(once)}, nil
	})
	response, err := s.vora.Transport(next).RoundTrip(createSession().request())
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.ErrorIs(t, err, iotest.ErrTimeout)
	require.Equal(t, created[:20], string(body))
	require.Empty(t, s.violations, "a body that was truncated is not a response")

	cut := io.MultiReader(bytes.NewReader([]byte(created[:20])), iotest.ErrReader(broken))
	next = func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusTeapot, Header: http.Header{}, Body: io.NopCloser(cut)}, nil
	}
	_, err = s.vora.Transport(next).RoundTrip(createSession().request())
	require.NoError(t, err)
	s.requireViolation(t, "response 418: the status is not documented")
}

func TestTransportChecksOnlyWholeRequests(t *testing.T) {
	t.Parallel()
	broken := errors.New("file closed")
	s := newSetup(t)
	request := createSession().request()
	request.Body = io.NopCloser(io.MultiReader(strings.NewReader(minimal[:5]), iotest.ErrReader(broken)))
	_, err := s.vora.Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
		_, err := io.ReadAll(r.Body)
		return nil, err
	})).RoundTrip(request)
	require.ErrorIs(t, err, broken)
	require.Empty(t, s.violations)

	exchange(t, s.vora, createSession().saying(minimal+strings.Repeat(" ", 5<<20)).request(), jsonResponse(400, refused))
	s.requireViolation(t, "request: the body is larger than 4 MiB")
}

func TestTransportChecksWhatACancelledRequestGot(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	ctx, cancel := context.WithCancel(t.Context())
	response, err := s.vora.Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
		cancel()
		return jsonResponse(418, refused).RoundTrip(r)
	})).RoundTrip(createSession().request().WithContext(ctx))
	require.NoError(t, err)
	require.Equal(t, 418, response.StatusCode)
	s.requireViolation(t, "response 418")
}

func TestTransportWithoutNextUsesTheDefault(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	server := httptest.NewServer(jsonResponse(201, created))
	t.Cleanup(server.Close)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v1/sessions", strings.NewReader(minimal))
	require.NoError(t, err)
	request.Header = createSession().header
	response, err := (&http.Client{Transport: s.vora.Transport(nil)}).Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, 201, response.StatusCode)
	require.Empty(t, s.violations)
}

func TestNothingIsReportedAfterTheTest(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.end()
	exchange(t, s.vora, createSession().saying("{}").request(), jsonResponse(418, refused))
	require.Empty(t, s.violations)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// closing knows whether it has been closed.
type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}
