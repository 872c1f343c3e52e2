package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man",
		Short: "Print the manual page, for man",
		Long: `Man prints the manual page of this command, made of the same table as --help: read it with
man -l, or keep it as hostedpay.1 in a folder of MANPATH.`,
		Example: `  hostedpay man | man -l -
  hostedpay man > ~/.local/share/man/man1/hostedpay.1`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			return writeManual(c.OutOrStdout(), c.Root())
		},
	}
}

// A meaning is a line of a table of the manual.
type meaning struct{ name, is string }

// exits are the exit codes, as docs/cli.md has them.
func exits() []meaning {
	all := []meaning{
		{"0", "done"},
		{"1", "failed: any error without a code of its own"},
		{"2", "the command line is wrong; the error names the nearest word and --help"},
	}
	var families []meaning
	for family, code := range exit.Families {
		families = append(families, meaning{fmt.Sprint(code), "an error of the family " + string(family)})
	}
	slices.SortFunc(families, func(a, b meaning) int { return strings.Compare(a.name, b.name) })
	return append(append(all, families...),
		meaning{fmt.Sprint(exit.Unknown), "the outcome is unknown: it may have been done. The error says how to go on without doing it twice. Of sweep: the state of a session is unknown"},
		meaning{fmt.Sprint(exit.NoResponse), "no response: the gateway could not be reached, and nothing was changed. Its address, DNS, TLS or a firewall is why"},
		meaning{fmt.Sprint(exit.Interrupted), "interrupted; sandbox and listen, which run until then, exit with 0. A second interrupt ends the process at once"},
		meaning{fmt.Sprint(exit.Unread), "nobody reads the output any more, as behind head -1, and the verb ended without another word. One that has done something says what, with the ID and idempotency key of what it created (under --json id and idempotencyKey of the error), and exits with 1"})
}

// environment are the variables that are read, as docs/cli.md has them.
func environment() []meaning {
	return []meaning{
		{"VON_PAY_SECRET_KEY", "Vora's API key; signs the events of its webhooks v1"},
		{"VON_PAY_SESSION_SECRET", "signs return URLs of Vora"},
		{"VON_PAY_BASE_URL", "where Vora is; without it, the production address"},
		{"VON_PAY_WEBHOOK_SECRET", "signs the events of Vora's webhooks v2"},
		{"VISIONSCOPE_API_KEY", "VisionScope's API key"},
		{"VISIONSCOPE_API_URL", "where VisionScope is"},
		{"VISIONSCOPE_WEBHOOK_SECRET", "signs the events of a checkout"},
		{"HOSTEDPAY_INBOX_DATABASE", "the inbox's database: PostgreSQL's URL, or a file of SQLite"},
		{"HOSTEDPAY_CHARGES_DATABASE", "the charges' database: PostgreSQL's URL, or a file of SQLite"},
		{"HOSTEDPAY_CONFIG", "the configuration file, instead of that of login"},
	}
}

// writeManual writes the page in the language of man, section by section.
func writeManual(w io.Writer, root *cobra.Command) error {
	var b strings.Builder
	// Its date is that of the API that it describes, so that it is the same wherever it is made.
	b.WriteString(".TH HOSTEDPAY 1 " + vora.APIVersion + " \"hostedpay\" \"General Commands Manual\"\n")
	b.WriteString(".SH NAME\nhostedpay \\- " + roff(root.Short) + "\n")
	b.WriteString(".SH SYNOPSIS\n.B hostedpay\n.I command\n.RI [ flags ]\n")
	b.WriteString(".SH DESCRIPTION\n" + roff("hostedpay runs the gateways Vora and VisionScope on this machine, shows what happens at them, and calls them. "+
		"Secrets come from the environment, a file or standard input, never from an argument.") + "\n")
	b.WriteString(".SH COMMANDS\n")
	for _, verb := range leaves(root) {
		writeVerb(&b, verb)
	}
	writeMeanings(&b, "ENVIRONMENT", environment())
	writeMeanings(&b, "EXIT STATUS", exits())
	_, err := io.WriteString(w, b.String())
	return err
}

// leaves are the verbs, without the groups that they are in.
func leaves(c *cobra.Command) []*cobra.Command {
	if !c.HasSubCommands() {
		return []*cobra.Command{c}
	}
	var all []*cobra.Command
	for _, verb := range c.Commands() {
		if verb.IsAvailableCommand() {
			all = append(all, leaves(verb)...)
		}
	}
	return all
}

func writeVerb(b *strings.Builder, verb *cobra.Command) {
	_, arguments, _ := strings.Cut(verb.Use, " ")
	fmt.Fprintf(b, ".SS \"%s\"\n", roff(strings.TrimSpace(verb.CommandPath()+" "+arguments)))
	about := verb.Long
	if about == "" {
		about = verb.Short + "."
	}
	for i, paragraph := range strings.Split(about, "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		b.WriteString(roff(strings.Join(strings.Fields(paragraph), " ")) + "\n")
	}
	verb.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		kind, about := pflag.UnquoteUsage(f)
		fmt.Fprintf(b, ".TP\n.B \\-\\-%s", roff(f.Name))
		if kind != "" {
			b.WriteString(" \\fI" + roff(kind) + "\\fR")
		}
		b.WriteString("\n" + roff(about) + "\n")
	})
	if verb.Example != "" {
		b.WriteString(".PP\nExamples:\n.PP\n.nf\n" + roff(verb.Example) + "\n.fi\n")
	}
}

func writeMeanings(b *strings.Builder, title string, all []meaning) {
	b.WriteString(".SH " + title + "\n")
	for _, m := range all {
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(m.name), roff(m.is))
	}
}

// roff escapes a string so that man interprets none of it as a command.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "…", "...", "’", "'").Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
