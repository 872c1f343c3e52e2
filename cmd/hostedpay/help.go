package main

import (
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// helpWidth is how wide a screen is at least that help is read on.
const helpWidth = 80

// addHelp lets help fit a screen, and reject verbs that do not exist.
func addHelp(root *cobra.Command) {
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 80"))
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := root.Find(args)
			if err != nil {
				return usage(c, err)
			}
			if err := onlyVerbs(about, rest); about.HasSubCommands() && err != nil {
				return err
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	})
	wrapLong(root)
}

func wrapLong(c *cobra.Command) {
	c.Long = broken(c.Long)
	for _, verb := range c.Commands() {
		wrapLong(verb)
	}
}

// broken breaks the lines of each paragraph anew. A line that begins with a blank stays as it is.
func broken(text string) string {
	var out strings.Builder
	column := 0 // of what was written, 0 at the beginning of a line
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == ' ' {
			if column > 0 {
				out.WriteString("\n")
			}
			out.WriteString(line + "\n")
			column = 0
			continue
		}
		for word := range strings.FieldsSeq(line) {
			width := utf8.RuneCountInString(word)
			switch {
			case column == 0:
			case column+1+width > helpWidth:
				out.WriteString("\n")
				column = 0
			default:
				out.WriteString(" ")
				column++
			}
			out.WriteString(word)
			column += width
		}
	}
	return strings.TrimRight(out.String(), "\n")
}
