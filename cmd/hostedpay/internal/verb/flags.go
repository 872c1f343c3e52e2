package verb

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
)

func flagError(c *cobra.Command, err error) error {
	if verb := c.Flags().Args(); c.HasSubCommands() && len(verb) > 0 { // the flag may be that of a verb
		return onlyVerbs(c, verb)
	}
	var missing *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &missing):
		var known []string
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" { // which the error names anyway
				known = append(known, "--"+f.Name)
			}
		})
		name := missing.GetSpecifiedName()
		if missing.GetSpecifiedShortnames() != "" {
			return Usage(c, fmt.Errorf("unknown flag -%s", name))
		}
		err = nearest.Unknown("flag", "--"+name, known)
	case errors.As(err, &invalid):
		flag := invalid.GetFlag()
		err = fmt.Errorf("--%s: %w", flag.Name, errors.Unwrap(invalid))
		if form, ok := forms[flag.Value.Type()]; ok {
			err = fmt.Errorf("--%s must be %s, got %q", flag.Name, form, invalid.GetValue())
		}
	}
	return Usage(c, err)
}

// forms are what values of flags look like, by the type that the flags have.
var forms = map[string]string{ // read only
	"bool": "true or false", "duration": "a duration such as 90s or 5m", "int": "a whole number", "int64": "a whole number",
	"stringToString": "name=value", "time": "a day such as 2026-10-01", "uint64": "a whole number that is not negative",
}
