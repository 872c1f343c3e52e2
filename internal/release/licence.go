package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A dependency is a module that is compiled into what users get.
type dependency struct {
	Path, Version, Sum string
	licence            string // its SPDX identifier
	text               string // of its licence
}

// licences recognizes the licences that may be compiled in, by words that only they have. The first
// that matches is it.
var licences = []struct{ id, words string }{
	{"MPL-2.0", "Mozilla Public License"},
	{"Apache-2.0", "Apache License"},
	{"BSD-3-Clause", "Neither the name of"},
	{"BSD-2-Clause", "Redistributions in binary form must reproduce"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software"},
}

// licenceIn reads the licence of a module in its folder.
func (d *dependency) licenceIn(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "[LlCc][IiOo][CcPp][EeYy]*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // a folder
		}
		oneLine := strings.Join(strings.Fields(string(text)), " ")
		for _, known := range licences {
			if strings.Contains(oneLine, known.words) {
				d.licence, d.text = known.id, string(text)
				return nil
			}
		}
	}
	return fmt.Errorf("%s@%s has no licence that may be compiled in (%s): look at %s", d.Path, d.Version, knownLicences(), dir)
}

func knownLicences() string {
	var ids []string
	for _, known := range licences {
		ids = append(ids, known.id)
	}
	return strings.Join(ids, ", ")
}

// printLicences lists what each published module of the workspace in dir compiles into its users'
// programs. Tests and tools are not listed.
func printLicences(ctx context.Context, dir string) error {
	modules, err := workspace(ctx, dir)
	if err != nil {
		return err
	}
	for _, m := range published(modules) {
		fmt.Println(m.Path)
		all, err := run(ctx, m.Dir, nil, "go", "list", "./...")
		if err != nil {
			return err
		}
		packages := slices.DeleteFunc(strings.Fields(all), func(path string) bool { return strings.Contains(path+"/", "/internal/") })
		list := []string{"list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}"}
		var lines []string
		for _, platform := range platforms { // some modules are needed on one system only
			goos, goarch, _ := strings.Cut(platform, "/")
			out, err := run(ctx, m.Dir, []string{"CGO_ENABLED=0", "GOOS=" + goos, "GOARCH=" + goarch}, "go", append(list, packages...)...)
			if err != nil {
				return err
			}
			lines = append(lines, strings.Split(out, "\n")...)
		}
		slices.Sort(lines)
		for _, line := range slices.Compact(lines) {
			fields := strings.Split(line, "\t")
			if len(fields) != 3 {
				continue
			}
			d := dependency{Path: fields[0], Version: fields[1]}
			if err := d.licenceIn(fields[2]); err != nil {
				return err
			}
			fmt.Printf("  %-14s %s %s\n", d.licence, d.Path, d.Version)
		}
	}
	return nil
}
