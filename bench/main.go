// Command bench measures hostedpay side by side with other SDKs, and with the least that the
// standard library can do for the same work. Everything takes turns in one run, so that a busy
// machine is as busy for all, and what counts is the ratio to the floor in the same round.
//
//	bench/run             # prints one table
//	bench/run -write      # and puts it, with a chart, into docs/performance.md
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	rounds := flag.Int("rounds", 11, "how often each takes its turn, at least 10")
	only := flag.String("only", "", "measure only what has this in its name")
	write := flag.Bool("write", false, "put the table and the chart into docs/performance.md and docs/performance.svg")
	flag.Parse()
	if err := run(*rounds, *only, *write); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(rounds int, only string, write bool) error {
	if rounds < 10 {
		return fmt.Errorf("%d rounds say too little: take at least 10", rounds)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var results []result
	for _, prepare := range contests {
		c, err := prepare(ctx)
		if err != nil {
			return err
		}
		if c.matches(only) {
			measured, err := c.measure(rounds)
			if err != nil {
				return err
			}
			printResult(os.Stdout, measured)
			results = append(results, measured)
		}
		c.close()
	}
	built, err := measureBuilds(ctx, only)
	if err != nil {
		return err
	}
	for _, r := range built {
		printResult(os.Stdout, r)
	}
	results = append(results, built...)
	if write {
		return publish(results, rounds)
	}
	return nil
}

// contests are prepared one after another, so that what one leaves behind does not disturb the
// next.
var contests = []func(context.Context) (*contest, error){
	verifying, decoding, decodingEscapes, decodingLarge,
	calling, callingLoopback, creating, handling, queueing, claiming,
	storing(32, "≥ 0.85"), storing(64, "≥ 0.85"), storing(256, "≥ 2"), storingInAFile,
	finding, charging,
}
