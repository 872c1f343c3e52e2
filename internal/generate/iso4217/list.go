package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// list is one edition of ISO 4217: the codes in force, and those that were withdrawn.
type list struct {
	published  string // YYYY-MM-DD
	currencies []currency
	withdrawn  []currency
}

type currency struct {
	code     string
	exponent int // noMinorUnit for "N.A."
}

const (
	noMinorUnit = -1
	// maxExponent is the largest ISO 4217 has ever given. The money package
	// sizes a buffer on exponents staying below nineteen.
	maxExponent = 4
)

var header = []string{"code", "exponent", "name"}

// readList reads and checks both tables. It is strict because a slip here moves the decimal point
// of every payment in a currency.
func readList(inForce, withdrawn io.Reader) (list, error) {
	text, err := io.ReadAll(inForce)
	if err != nil {
		return list{}, err
	}
	var read list
	if read.published, err = readPublished(text); err != nil {
		return list{}, err
	}
	if read.currencies, err = readCurrencies(bytes.NewReader(text)); err != nil {
		return list{}, err
	}
	if read.withdrawn, err = readCurrencies(withdrawn); err != nil {
		return list{}, fmt.Errorf("withdrawn codes: %w", err)
	}
	for _, old := range read.withdrawn {
		if slices.ContainsFunc(read.currencies, func(c currency) bool { return c.code == old.code }) {
			return list{}, fmt.Errorf("%s is in force and withdrawn: take it out of one of the tables", old.code)
		}
	}
	return read, nil
}

// readPublished finds the date in the comments ahead of the table.
func readPublished(text []byte) (string, error) {
	const mark = "# Published: "
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() && strings.HasPrefix(lines.Text(), "#") {
		date, found := strings.CutPrefix(lines.Text(), mark)
		if !found {
			continue
		}
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			return "", fmt.Errorf("publication date %q is not a date: write it as YYYY-MM-DD", date)
		}
		return date, nil
	}
	return "", fmt.Errorf("no publication date: start the file with a line %q and the date", mark)
}

func readCurrencies(source io.Reader) ([]currency, error) {
	rows := csv.NewReader(source)
	rows.Comment = '#'
	rows.FieldsPerRecord = len(header)

	first, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("no header row: %w", err)
	}
	if !slices.Equal(first, header) {
		return nil, fmt.Errorf("header row is %q: it must be %q", first, header)
	}

	var currencies []currency
	previous := ""
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err // names the line itself
		}
		line, _ := rows.FieldPos(0)
		entry, err := readCurrency(row)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if entry.code <= previous {
			return nil, fmt.Errorf("line %d: %s after %s: list each code once, in alphabetical order", line, entry.code, previous)
		}
		previous = entry.code
		currencies = append(currencies, entry)
	}
	if len(currencies) == 0 {
		return nil, errors.New("no currencies after the header row")
	}
	return currencies, nil
}

func readCurrency(row []string) (currency, error) {
	code, exponent, name := row[0], row[1], row[2]
	if !isCode(code) {
		return currency{}, fmt.Errorf("code %q is not three capital letters", code)
	}
	if strings.TrimSpace(name) == "" {
		return currency{}, fmt.Errorf("%s has no name", code)
	}
	if exponent == "N.A." {
		return currency{code: code, exponent: noMinorUnit}, nil
	}
	if len(exponent) != 1 || exponent[0] < '0' || exponent[0] > '0'+maxExponent {
		return currency{}, fmt.Errorf("exponent %q of %s is neither N.A. nor a digit from 0 to %d", exponent, code, maxExponent)
	}
	return currency{code: code, exponent: int(exponent[0] - '0')}, nil
}

func isCode(text string) bool {
	return len(text) == 3 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
