// Command iso4217 writes the currency table of package money from the list kept
// beside it. Run it from the repository root:
//
//	go run ./internal/generate/iso4217
package main

import (
	"bytes"
	"fmt"
	"os"
)

const (
	listPath  = "sdk/money/iso4217.csv"
	tablePath = "sdk/money/iso4217.gen.go"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, "iso4217:", err)
		os.Exit(1)
	}
}

func generate() error {
	text, err := os.ReadFile(listPath)
	if err != nil {
		return fmt.Errorf("%w: run from the repository root", err)
	}
	list, err := readList(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%s: %w", listPath, err)
	}
	source, err := render(list)
	if err != nil {
		return err
	}
	return os.WriteFile(tablePath, source, 0o644)
}
