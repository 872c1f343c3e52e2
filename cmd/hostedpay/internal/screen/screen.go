// Package screen lays sentences out for a terminal.
package screen

import (
	"strings"
	"unicode/utf8"
)

// Width is how wide a screen is at least, in characters. Lines for people keep to it where they
// can.
const Width = 80

// Below is a sentence in lines of its own below a line, with a margin. Words are not split.
func Below(margin int, sentence string) string {
	var text strings.Builder
	column := Width
	for word := range strings.FieldsSeq(sentence) {
		if width := utf8.RuneCountInString(word); column+1+width > Width {
			text.WriteString("\n" + strings.Repeat(" ", margin))
			column = margin
		} else {
			text.WriteByte(' ')
			column++
		}
		text.WriteString(word)
		column += utf8.RuneCountInString(word)
	}
	return text.String()
}

// Wrapped breaks the lines of each paragraph anew. A line that begins with a blank stays as it is.
func Wrapped(text string) string {
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
			case column+1+width > Width:
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

// OrDash is the string, or a dash when it is blank.
func OrDash(s string) string {
	if strings.TrimSpace(s) == "" {
		return "-"
	}
	return s
}
