package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// Every contract of api/ has its gateway in the sandbox, and no gateway is without a contract.
func TestEveryContractHasItsGateway(t *testing.T) {
	t.Parallel()
	documents, err := filepath.Glob(filepath.Join("..", "api", "openapi-*.yaml"))
	require.NoError(t, err)
	var contracts, gateways []sdk.Gateway
	for _, document := range documents {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(document), "openapi-"), ".yaml")
		contracts = append(contracts, sdk.Gateway(name))
	}
	s, err := sandbox.New()
	require.NoError(t, err)
	t.Cleanup(s.Close)
	for _, g := range s.Gateways() {
		gateways = append(gateways, g.Name())
	}
	require.ElementsMatch(t, contracts, gateways, "sandbox/gateways.go lists a gateway for each api/openapi-NAME.yaml")
}

// A purchase at every gateway, from its sample request to its webhook, by nothing but what its
// strategy says and its contract allows.
func TestEveryGatewaySells(t *testing.T) {
	t.Parallel()
	one := newCrowd(t)
	for _, g := range one.s.Gateways() {
		t.Run(string(g.Name()), func(t *testing.T) {
			t.Parallel()
			held := contracttest.Of(t, g.Name())
			shop := held.Deliveries(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, `{"received":true}`)
			}))
			c := newCrowd(t, sandbox.WithHTTPClient(&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				response := httptest.NewRecorder()
				shop.ServeHTTP(response, r)
				return response.Result(), nil
			})}))
			api := held.Handler(c.s)
			sample := g.Sample(sandbox.Acme, "http://localhost/thanks")
			create := httptest.NewRequest(http.MethodPost, sample.Path, strings.NewReader("{"+strings.Join(sample.Fields, ",")+"}"))
			name, value, _ := strings.Cut(sample.Header, ": ")
			create.Header.Set(name, value)
			create.Header.Set("Content-Type", "application/json")
			response := httptest.NewRecorder()
			api.ServeHTTP(response, create)
			require.Equal(t, 2, response.Code/100, "the sample request: %s", response.Body)

			session := c.s.Sessions()[0]
			require.Equal(t, g.Name(), session.Gateway)
			require.Equal(t, sandbox.Acme.ID, session.MerchantID)
			require.Equal(t, sandbox.Acme.ID, c.s.Requests()[0].MerchantID, "MerchantOf knows the sample's API key")
			require.EqualValues(t, 1, session.CreatedBy)

			show := httptest.NewRecorder()
			c.s.ServeHTTP(show, httptest.NewRequest(http.MethodGet, session.CheckoutURL, nil))
			require.Equal(t, http.StatusOK, show.Code)
			require.Contains(t, show.Body.String(), session.ID, "the page: templates/%s.html.tmpl", g.Name())
			require.Contains(t, show.Body.String(), `class="`+string(g.Name())+`"`)

			pay := httptest.NewRequest(http.MethodPost, session.CheckoutURL, strings.NewReader("action=pay&card="+g.Cards()[0].Number))
			pay.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			back := httptest.NewRecorder()
			c.s.ServeHTTP(back, pay)
			require.True(t, strings.HasPrefix(back.Header().Get("Location"), "http://localhost/thanks?"), back.Header())
			c.s.Clock().Advance(time.Hour)
			require.Equal(t, control.SessionSucceeded, c.s.Sessions()[0].Status)
			delivery := c.s.Deliveries()[0]
			require.Equal(t, control.DeliveryAccepted, delivery.State, "%+v", delivery)
			require.NotEmpty(t, delivery.EventID)
			require.NotEqual(t, http.Header{}, delivery.Attempts[0].Header)

			deny := httptest.NewRecorder()
			denied := httptest.NewRequest(http.MethodPost, sample.Path, strings.NewReader("{}"))
			denied.Header.Set(control.FaultHeader, "code="+string(sdk.CodeAuthInvalidKey))
			api.ServeHTTP(deny, denied)
			require.Equal(t, http.StatusUnauthorized, deny.Code)
		})
	}
}
