package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const withdrawnTable = "code,exponent,name\nBGN,2,Bulgarian Lev\n"

const preamble = "# A list.\n# Published: 2024-06-25\ncode,exponent,name\n"

func TestReadList(t *testing.T) {
	t.Parallel()

	got, err := readList(strings.NewReader(preamble+"EUR,2,Euro\nJPY,0,Yen\nXAU,N.A.,Gold\n"), strings.NewReader(withdrawnTable))
	require.NoError(t, err)
	require.Equal(t, list{
		published:  "2024-06-25",
		currencies: []currency{{"EUR", 2}, {"JPY", 0}, {"XAU", noMinorUnit}},
		withdrawn:  []currency{{"BGN", 2}},
	}, got)
}

func TestReadListRefuses(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		text    string
		message string
	}{
		"empty":             {"", "no publication date"},
		"no date":           {"# A list.\ncode,exponent,name\nEUR,2,Euro\n", "no publication date"},
		"date not a date":   {"# Published: June\ncode,exponent,name\nEUR,2,Euro\n", `"June" is not a date`},
		"no header":         {"# Published: 2024-06-25\n", "no header row"},
		"another header":    {"# Published: 2024-06-25\ncode,name,exponent\n", "header row is"},
		"no currencies":     {preamble, "no currencies"},
		"small letters":     {preamble + "eur,2,Euro\n", `line 4: code "eur"`},
		"long code":         {preamble + "EURO,2,Euro\n", `line 4: code "EURO"`},
		"no exponent":       {preamble + "EUR,,Euro\n", `line 4: exponent ""`},
		"large exponent":    {preamble + "EUR,5,Euro\n", `exponent "5" of EUR`},
		"negative exponent": {preamble + "EUR,-1,Euro\n", `exponent "-1" of EUR`},
		"no name":           {preamble + "EUR,2, \n", "EUR has no name"},
		"missing column":    {preamble + "EUR,2\n", "line 4"},
		"extra column":      {preamble + "EUR,2,Euro,978\n", "line 4"},
		"open quote":        {preamble + "EUR,2,\"Euro\n", "line"},
		"also withdrawn":    {preamble + "BGN,2,Bulgarian Lev\n", "BGN is in force and withdrawn"},
		"repeated":          {preamble + "EUR,2,Euro\nEUR,2,Euro\n", "line 5: EUR after EUR"},
		"out of order":      {preamble + "JPY,0,Yen\nEUR,2,Euro\n", "line 5: EUR after JPY"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readList(strings.NewReader(test.text), strings.NewReader(withdrawnTable))
			require.ErrorContains(t, err, test.message)
		})
	}
}
