package main

import (
	"fmt"
	"io"
	"strings"
)

// printResult writes what a contest measured as rows of a table.
func printResult(w io.Writer, r result) {
	fmt.Fprintf(w, "\n%s\n", r.name)
	if r.skipped != "" {
		fmt.Fprintf(w, "  %s\n", r.skipped)
	}
	for _, row := range r.rows {
		fmt.Fprintf(w, "  %-34s %12s %8s %7s  %s\n", row.name, row.value, row.times(), row.allocs, row.goal)
	}
}

func (r row) times() string {
	switch {
	case r.ratio == 0:
		return ""
	case r.ratio < 10:
		return fmt.Sprintf("%.2fx", r.ratio)
	}
	return fmt.Sprintf("%.1fx", r.ratio)
}

// markdown is the table of all results.
func markdown(results []result) string {
	var out strings.Builder
	out.WriteString("| | measured | × floor | allocations | goal |\n|---|--:|--:|--:|---|\n")
	for _, r := range results {
		fmt.Fprintf(&out, "| **%s** | | | | |\n", r.name)
		if r.skipped != "" {
			fmt.Fprintf(&out, "| %s | | | | |\n", r.skipped)
		}
		for _, row := range r.rows {
			name := row.name
			if strings.HasPrefix(name, "hostedpay") || strings.HasPrefix(name, "sandbox") {
				name = "**" + name + "**"
			}
			fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", name, row.value, strings.TrimSuffix(row.times(), "x"), row.allocs, row.goal)
		}
	}
	return out.String()
}
