package money_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// readTable returns the rows of a CSV file below its header row.
func readTable(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)

	rows := csv.NewReader(bytes.NewReader(text))
	rows.Comment = '#'
	table, err := rows.ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(table), 1, "%s has no rows", path)
	return table[1:]
}

func TestExponentOfEveryListedCurrency(t *testing.T) {
	t.Parallel()

	countable := money.Currencies()
	for _, row := range readTable(t, "iso4217.csv") {
		code, listed := money.Currency(row[0]), row[1]
		exponent, err := code.Exponent()
		if listed == "N.A." {
			require.ErrorIs(t, err, money.ErrUnknownCurrency, "%s", code)
			require.ErrorContains(t, err, "without a minor unit", "%s", code)
			require.False(t, code.Valid(), "%s", code)
			require.NotContains(t, countable, code)
			continue
		}
		require.Equal(t, code, countable[0])
		countable = countable[1:]
		require.NoError(t, err, "%s", code)
		require.Equal(t, listed, strconv.Itoa(exponent), "%s", code)
		require.True(t, code.Valid(), "%s", code)
	}
	require.Empty(t, countable)
}

// Payment networks settle in ISO 4217's decimals; a table taken from CLDR by
// mistake would fail here.
func TestExponentIsNotTheOneOfCLDR(t *testing.T) {
	t.Parallel()

	for _, row := range readTable(t, "testdata/cldr_differs.csv") {
		code, iso, display, cash := row[0], row[1], row[2], row[3]
		require.NotEqual(t, []string{iso, iso}, []string{display, cash}, "%s does not differ", code)

		exponent, err := money.Currency(code).Exponent()
		require.NoError(t, err, code)
		require.Equal(t, iso, strconv.Itoa(exponent), code)
	}
}

func TestExponentRefusesUnknownCurrencies(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		code money.Currency
		hint string
	}{
		"none":            {"", "no currency was given"},
		"unlisted":        {"ZZZ", "not in the ISO 4217 list of " + money.ISO4217Date},
		"withdrawn":       {"DEM", "not in the ISO 4217 list"},
		"gold":            {"XAU", "without a minor unit"},
		"drawing rights":  {"XDR", "without a minor unit"},
		"for testing":     {"XTS", "without a minor unit"},
		"no currency":     {"XXX", "without a minor unit"},
		"small letters":   {"usd", `use "USD"`},
		"mixed letters":   {"Eur", `use "EUR"`},
		"unknown letters": {"zzz", "three capital letters"},
		"padded":          {"EUR ", "three capital letters"},
		"numeric":         {"978", "three capital letters"},
		"sign":            {"€", "three capital letters"},
		"control letters": {"EU\n", `"EU\n"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := test.code.Exponent()
			require.ErrorIs(t, err, money.ErrUnknownCurrency)
			require.ErrorContains(t, err, test.hint)
			require.False(t, test.code.Valid())
		})
	}
}

func TestErrorsStayShortWhateverTheInput(t *testing.T) {
	t.Parallel()

	const limit = 300
	long := strings.Repeat("9", 1<<16)
	for _, text := range []string{long, "0." + long, long + "x"} {
		_, err := money.Parse(text, "EUR")
		require.Error(t, err)
		require.Less(t, len(err.Error()), limit)
	}
	_, err := money.Parse("1", money.Currency(long))
	require.Error(t, err)
	require.Less(t, len(err.Error()), limit)
}

func TestListDateIsADate(t *testing.T) {
	t.Parallel()

	_, err := time.Parse(time.DateOnly, money.ISO4217Date)
	require.NoError(t, err)
}

func TestWithdrawnCurrenciesStayReadable(t *testing.T) {
	t.Parallel()

	old, err := money.Parse("12.50", "BGN")
	require.NoError(t, err)
	require.Equal(t, money.Minor(1250, "BGN"), old)
	require.Equal(t, "12.50 BGN", old.String())

	require.True(t, money.Currency("BGN").Withdrawn())
	require.NotContains(t, money.Currencies(), money.Currency("BGN"))
	for _, current := range append(money.Currencies(), "XAU", "", "BGN BYR", "bgn") {
		require.False(t, current.Withdrawn(), "%q", current)
	}
}

// An edition comes out whenever a currency changes, about once a year. When this fails, compare
// iso4217.csv with the current list one of ISO 4217's maintenance agency, move what was withdrawn,
// and set the date of publication.
func TestTheListIsNotOld(t *testing.T) {
	t.Parallel()

	published, err := time.Parse(time.DateOnly, money.ISO4217Date)
	require.NoError(t, err)
	require.Less(t, time.Since(published), 366*24*time.Hour, "the ISO 4217 list of %s is older than a year", money.ISO4217Date)
}
