package sdk_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
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
	docs                string
}

// readCatalog reads the entries of every contract, each with the address of its documentation.
func readCatalog(t *testing.T) (entries []contractEntry) {
	t.Helper()
	paths, err := filepath.Glob("../api/openapi-*.yaml")
	require.NoError(t, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var contract struct {
			Catalog struct {
				Docs  string
				Codes []contractEntry
			} `yaml:"x-error-catalog"`
		}
		require.NoError(t, yaml.Unmarshal(text, &contract))
		for _, entry := range contract.Catalog.Codes {
			entry.docs = contract.Catalog.Docs + entry.Code
			entries = append(entries, entry)
		}
	}
	require.NotEmpty(t, entries)
	return entries
}

func TestCatalogIsTheContracts(t *testing.T) {
	t.Parallel()

	var codes []sdk.Code
	for _, want := range readCatalog(t) {
		code := sdk.Code(want.Code)
		codes = append(codes, code)
		entry, ok := code.Entry()
		if !assert.Truef(t, ok, "code %s of the contract is not in the catalog: run go generate ./...", code) {
			continue
		}
		assert.Equal(t, code, entry.Code)
		assert.Equal(t, want.Statuses, entry.Statuses, "code %s", code)
		assert.Equal(t, sdk.Family(want.Family), entry.Family, "code %s", code)
		assert.Equal(t, want.Retryable, entry.Retryable, "code %s", code)
		assert.Equal(t, want.NeedsIdempotencyKey, entry.NeedsIdempotencyKey, "code %s", code)
		assert.Equal(t, sdk.NextAction(want.NextAction), entry.NextAction, "code %s", code)
		assert.Equal(t, want.Meaning, entry.Meaning, "code %s", code)
		assert.Equal(t, want.Hint, entry.Hint, "code %s", code)
		assert.Equal(t, want.docs, entry.Docs(), "code %s", code)
	}
	for _, code := range sdk.Codes() {
		assert.Contains(t, codes, code, "code %s is in the catalog and in no contract", code)
	}
	require.Len(t, sdk.Codes(), len(codes), "a code is listed twice")
}

func TestCodesCannotBeChanged(t *testing.T) {
	t.Parallel()

	first := sdk.Codes()[0]
	sdk.Codes()[0] = "mine"
	require.Equal(t, first, sdk.Codes()[0])

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
