package main

import (
	"strings"
	"unicode/utf8"
)

// screenWidth is what lines for people keep to where they can.
const screenWidth = 80

// below is a sentence in lines of its own below a line, with a margin. Words are not split.
func below(margin int, sentence string) string {
	var text strings.Builder
	column := screenWidth
	for word := range strings.FieldsSeq(sentence) {
		if width := utf8.RuneCountInString(word); column+1+width > screenWidth {
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
