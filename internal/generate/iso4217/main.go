// Command iso4217 writes the currency table of package money from the lists kept beside it. Run it
// from the repository root:
//
//	go run ./internal/generate/iso4217
package main

import (
	"bytes"
	"fmt"
	"os"
)

const (
	inForcePath   = "sdk/money/iso4217.csv"
	withdrawnPath = "sdk/money/iso4217-withdrawn.csv"
	tablePath     = "sdk/money/iso4217.gen.go"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, "iso4217:", err)
		os.Exit(1)
	}
}

func generate() error {
	inForce, err := os.ReadFile(inForcePath)
	if err != nil {
		return fmt.Errorf("%w: run from the repository root", err)
	}
	withdrawn, err := os.ReadFile(withdrawnPath)
	if err != nil {
		return err
	}
	list, err := readList(bytes.NewReader(inForce), bytes.NewReader(withdrawn))
	if err != nil {
		return fmt.Errorf("%s: %w", inForcePath, err)
	}
	source, err := render(list)
	if err != nil {
		return err
	}
	return os.WriteFile(tablePath, source, 0o644)
}
