// Package pages reads programs and links out of the repository's Markdown, for what holds the pages
// to working as they are printed.
package pages

import (
	"regexp"
	"strings"
)

// Program is a whole Go program on a page, with what it prints.
type Program struct {
	Code   string
	Output string // empty when the page does not say
}

var program = regexp.MustCompile("(?s)```go\n(package main\n.*?)```(?:\n+(?:It prints|Output)[^\n]*\n+```text\n(.*?)```)?")

// Programs are the Go blocks of a page that begin with "package main". What one prints is the text
// block below it, behind a line that begins with "It prints".
func Programs(page string) []Program {
	var found []Program
	for _, match := range program.FindAllStringSubmatch(page, -1) {
		found = append(found, Program{Code: match[1], Output: match[2]})
	}
	return found
}

var (
	fenced = regexp.MustCompile("(?s)(?:^|\n)```.*?\n```")
	link   = regexp.MustCompile(`\]\(([^()\s]+)\)`)
)

// Links are the targets of a page's links, in order. Code blocks have none.
func Links(page string) []string {
	var found []string
	for _, match := range link.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		found = append(found, match[1])
	}
	return found
}

var (
	heading     = regexp.MustCompile(`(?m)^#+ (.*)$`)
	punctuation = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// Anchors are the fragments by which a page's headings can be linked.
func Anchors(page string) []string {
	var found []string
	for _, match := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		title := punctuation.ReplaceAllString(strings.ToLower(match[1]), "")
		found = append(found, strings.ReplaceAll(title, " ", "-"))
	}
	return found
}
