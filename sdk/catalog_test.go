package sdk_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A contractEntry is an entry of x-error-catalog as the contract writes it.
type contractEntry struct {
	Code                string
	Statuses            []int
	Family              string
	Retryable           bool
	NeedsIdempotencyKey bool   `yaml:"needsIdempotencyKey"`
	NextAction          string `yaml:"nextAction"`
	Meaning             string
	Hint                string
}

func readCatalog(t *testing.T) (docs string, codes []contractEntry) {
	t.Helper()
	text, err := os.ReadFile("../api/openapi-vora.yaml")
	require.NoError(t, err)
	var contract struct {
		Catalog struct {
			Docs  string
			Codes []contractEntry
		} `yaml:"x-error-catalog"`
	}
	require.NoError(t, yaml.Unmarshal(text, &contract))
	return contract.Catalog.Docs, contract.Catalog.Codes
}

func TestCatalogIsTheContracts(t *testing.T) {
	t.Parallel()

	docs, entries := readCatalog(t)
	require.Len(t, entries, 28)

	var codes []sdk.Code
	for _, want := range entries {
		code := sdk.Code(want.Code)
		codes = append(codes, code)
		entry, ok := code.Entry()
		require.True(t, ok, code)
		require.Equal(t, sdk.CatalogEntry{
			Code:                code,
			Statuses:            want.Statuses,
			Family:              sdk.Family(want.Family),
			Retryable:           want.Retryable,
			NextAction:          sdk.NextAction(want.NextAction),
			Meaning:             want.Meaning,
			Hint:                want.Hint,
			NeedsIdempotencyKey: want.NeedsIdempotencyKey,
		}, entry)
		require.Equal(t, docs+want.Code, entry.Docs())
	}
	require.Equal(t, codes, sdk.Codes())
}

func TestCodesCannotBeChanged(t *testing.T) {
	t.Parallel()

	sdk.Codes()[0] = "mine"
	require.Equal(t, sdk.CodeAuthMissingBearer, sdk.Codes()[0])

	entry, _ := sdk.CodeAuthMerchantInactive.Entry()
	entry.Statuses[0] = 200
	again, _ := sdk.CodeAuthMerchantInactive.Entry()
	require.Equal(t, []int{401, 403}, again.Statuses)
}

func TestCodeThatTheCatalogDoesNotKnow(t *testing.T) {
	t.Parallel()

	for _, code := range []sdk.Code{"", "session_teleported", "AUTH_INVALID_KEY"} {
		entry, ok := code.Entry()
		require.False(t, ok)
		require.Zero(t, entry)
	}
}

func TestEveryCodeAndFamilyIsASentinel(t *testing.T) {
	t.Parallel()

	var families []sdk.Family
	for _, code := range sdk.Codes() {
		entry, _ := code.Entry()
		families = append(families, entry.Family)
	}
	for _, code := range sdk.Codes() {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			err := &sdk.Error{Operation: "vora.CreateSession", Status: 418, Code: code}
			wrapped := fmt.Errorf("charge order 7: %w", fmt.Errorf("acme: %w", err))
			unknown := &sdk.OutcomeUnknownError{Err: err}
			entry, _ := code.Entry()
			for _, err := range []error{err, wrapped, unknown, errors.Join(errors.New("another"), wrapped)} {
				for _, other := range sdk.Codes() {
					require.Equal(t, other == code, errors.Is(err, other), other)
				}
				for _, family := range families {
					require.Equal(t, family == entry.Family, errors.Is(err, family), family)
				}
				var found *sdk.Error
				require.ErrorAs(t, err, &found)
				require.Equal(t, code, found.Code)
			}
		})
	}
}

func TestNothingIsNoSentinel(t *testing.T) {
	t.Parallel()

	err := &sdk.Error{Operation: "vora.CreateSession", Message: "a connection broke"}
	require.NotErrorIs(t, err, sdk.Code(""))
	require.NotErrorIs(t, err, sdk.Family(""))
	require.NotErrorIs(t, err, errors.New("a connection broke"))
}

func TestCodeThatIsNewerThanTheCatalogIsASentinelToo(t *testing.T) {
	t.Parallel()

	err := &sdk.Error{Status: 404, Code: "session_teleported"}
	require.ErrorIs(t, err, sdk.Code("session_teleported"))
	require.NotErrorIs(t, err, sdk.CodeSessionNotFound)
}

func TestFamilyOfAStatus(t *testing.T) {
	t.Parallel()

	for status, family := range map[int]sdk.Family{
		0: "", 200: "", 302: "", 400: sdk.FamilyValidation, 401: sdk.FamilyAuth, 403: sdk.FamilyAuth, 404: sdk.FamilyValidation,
		429: sdk.FamilyRateLimit, 500: sdk.FamilyInternal, 502: sdk.FamilyInternal, 599: sdk.FamilyInternal,
	} {
		for _, code := range []sdk.Code{"", "newer_than_this"} {
			require.Equal(t, family, (&sdk.Error{Status: status, Code: code}).Family(), status)
		}
	}
	require.Equal(t, sdk.FamilySession, (&sdk.Error{Status: 500, Code: sdk.CodeSessionIntegrityError}).Family(), "the code comes before the status")
}
