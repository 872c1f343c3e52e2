// Command release makes a release of every published module of the workspace, and proves it before
// it exists:
//
//	go run ./internal/release v0.1.0
//
// It works in a throw-away clone. There it makes the release commit, in which every published
// module requires the others at the version and replaces nothing, and a second commit that goes
// back to the workspace. A stranger then installs each module from that commit's tags. Only when
// all of this has worked do the two commits and the tags come into this repository; nothing is
// pushed.
//
// The proof needs a module path whose host the go command knows (github.com), because it has the
// go command fetch from the clone instead.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	dryRun := flag.Bool("dry-run", false, "prove only: nothing comes into this repository")
	proxy := flag.String("proxy", "", "leave the proved modules in this folder, for GOPROXY=file://FOLDER")
	binaries := flag.String("binaries", "", "leave the commands, their sums, bills of materials and licences in this folder")
	list := flag.Bool("list", false, "print the folder and the path of every published module, and do nothing")
	licences := flag.Bool("licences", false, "print the licence of everything that is compiled into users' programs, and do nothing")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./internal/release [-dry-run] [-proxy FOLDER] [-binaries FOLDER] VERSION, or -list, or -licences")
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var err error
	switch {
	case *list:
		err = printPublished(ctx, ".")
	case *licences:
		err = printLicences(ctx, ".")
	case flag.NArg() == 1:
		err = release(ctx, flag.Arg(0), *dryRun, *proxy, *binaries)
	default:
		flag.Usage()
		os.Exit(2)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func release(ctx context.Context, version string, dryRun bool, proxy, binaries string) error {
	if err := errors.Join(requireEmpty("-proxy", proxy), requireEmpty("-binaries", binaries)); err != nil {
		return err
	}
	bench, err := newWorkbench(ctx, ".", version)
	if err != nil {
		return err
	}
	defer bench.clear()
	switch err := bench.requireClean(ctx); {
	case err != nil && !dryRun:
		return err
	case err != nil:
		fmt.Fprintln(os.Stderr, "release: only what is committed is proved:", err)
	}
	if !dryRun {
		if err := bench.requireLater(ctx); err != nil {
			return err
		}
	}
	if err := bench.prepare(ctx); err != nil {
		return fmt.Errorf("prepare %s: %w", version, err)
	}
	if err := bench.prove(ctx); err != nil {
		return fmt.Errorf("%s does not work outside of the workspace: %w", version, err)
	}
	if proxy != "" {
		if err := bench.exportProxy(proxy); err != nil {
			return err
		}
	}
	if binaries != "" {
		if err := bench.binaries(ctx, binaries, platforms); err != nil {
			return err
		}
	}
	if dryRun {
		return nil
	}
	return bench.adopt(ctx)
}

func printPublished(ctx context.Context, dir string) error {
	modules, err := workspace(ctx, dir)
	if err != nil {
		return err
	}
	for _, m := range published(modules) {
		fmt.Println(m.rel, m.Path)
	}
	return nil
}
