package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/hostedpay/hostedpay-go/examples/platform/internal/crm"
)

// settings are the command line, and what comes from the environment: a command line is for
// everybody on the machine to read.
type settings struct {
	listen   string
	sandbox  string
	database string // a file, or PostgreSQL's URL; empty for memory
	inbox    bool
	key      []byte // of what is encrypted
}

// parse reads the arguments, and writes the help to out when they ask for it.
func parse(args []string, out io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("platform", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.listen, "listen", "127.0.0.1:8090", "`address` of the platform; port 0 for any free one")
	flags.StringVar(&s.sandbox, "sandbox", "127.0.0.1:4010", "`address` of both gateways and their dashboard")
	flags.StringVar(&s.database, "db", "", "SQLite `file`, when DATABASE_URL is not set; without one, the data is lost at the end")
	flags.BoolVar(&s.inbox, "inbox", false, "make events durable before they are acknowledged, and work on them afterwards")
	err := flags.Parse(args)
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(out)
		fmt.Fprint(out, usage)
		flags.PrintDefaults()
		fmt.Fprint(out, environment)
		return settings{}, err
	case err != nil:
		return settings{}, fmt.Errorf("%w: run platform --help", err)
	}
	if url := os.Getenv("DATABASE_URL"); url != "" {
		s.database = url
	}
	s.key, err = key(s.database != "")
	return s, err
}

// key is the key of what is encrypted: a new one for data that is lost at the end.
func key(kept bool) ([]byte, error) {
	set := os.Getenv("PLATFORM_KEY")
	if set == "" && !kept {
		made := make([]byte, 32)
		_, _ = rand.Read(made) // never fails
		return made, nil
	}
	decoded, err := base64.StdEncoding.DecodeString(set)
	if err != nil || len(decoded) != 32 {
		return nil, errors.New("set PLATFORM_KEY to 32 random bytes in base64, which encrypt what the database keeps: openssl rand -base64 32")
	}
	return decoded, nil
}

func (s settings) open() (crm.Database, error) {
	if s.database == "" {
		return crm.OpenInMemory()
	}
	return crm.Open(s.database)
}

const usage = `An example platform that takes payments for three tenants through Vora and
VisionScope. Both gateways are on this machine, and no money moves.

Usage: platform [flags]

`

const environment = `
Variables:

  DATABASE_URL   postgres://…; PostgreSQL instead of SQLite
  PLATFORM_KEY   32 random bytes in base64, which encrypt credentials and addresses
                 of pages: openssl rand -base64 32. Needed with a database that stays
`
