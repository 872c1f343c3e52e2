package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
)

// A databaseSource is where a verb gets the address of a database from: a flag, when there is no
// password in it, a file, or the environment. The configuration has no databases.
type databaseSource struct {
	what     string // "database of the inbox"
	flag     string // its value is the address; with -file behind it, a file that has the address
	variable string // of the environment
	address  string
	file     config.SecretSource
}

func (s *databaseSource) register(c *cobra.Command) {
	s.file = config.SecretSource{What: s.what, Variable: s.variable, Flag: s.flag + "-file"}
	c.Flags().StringVar(&s.address, s.flag, "", "file of SQLite, or PostgreSQL's URL without a password; without it, "+s.variable+" of the environment")
	c.Flags().StringVar(&s.file.File, s.file.Flag, "", "file (mode 0600) with the address of the "+s.what+", - for standard input")
}

// given reports whether the command line or the environment names a database.
func (s *databaseSource) given() bool {
	return s.address != "" || s.file.File != "" || os.Getenv(s.variable) != ""
}

// hasPassword recognizes an address that must not be an argument.
var hasPassword = regexp.MustCompile(`(?i)password|^[a-z]+://[^/@]*:[^/@]*@`)

// read returns the address, which is PostgreSQL's or that of a file that is there.
func (s *databaseSource) read(c *cobra.Command) (string, error) {
	address := s.address
	switch {
	case hasPassword.MatchString(address):
		return "", verb.Usage(c, fmt.Errorf("--%s is an argument, which others on this machine can read: set %s, or name a file with --%s", s.flag, s.variable, s.file.Flag))
	case address != "" && s.file.File != "":
		return "", verb.Usage(c, fmt.Errorf("--%s and --%s name two databases", s.flag, s.file.Flag))
	case !s.given():
		return "", fmt.Errorf("no %s: set %s, name it with --%s, or name a file that has it with --%s", s.what, s.variable, s.flag, s.file.Flag)
	case address == "":
		secret, err := s.file.Read(c.InOrStdin())
		if err != nil {
			return "", err
		}
		address = secret.Reveal()
	}
	if isPostgreSQL(address) {
		config, err := pgconn.ParseConfig(address)
		if err != nil { // err has the password
			return "", fmt.Errorf("the %s: the address of PostgreSQL cannot be read: write it as postgres://user:password@host:5432/name", s.what)
		}
		if !strings.Contains(config.User+config.Host+config.Database, config.Password) { // a word that stands there anyway
			guard.Add(config.Password)
		}
		return address, nil
	}
	switch info, err := os.Stat(address); { // SQLite would make an empty one
	case err != nil:
		name := ""
		if !strings.ContainsAny(address, "@=:") { // or it may be an address with a password
			name = " " + address
		}
		return "", fmt.Errorf("the %s: there is no file%s, and the address is not PostgreSQL's, postgres://…", s.what, name)
	case info.IsDir():
		return "", fmt.Errorf("the %s: a folder is not a file of SQLite", s.what)
	}
	return address, nil
}

func isPostgreSQL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") || strings.Contains(address, "host=")
}

// errOtherDatabase explains an error of a table that is not there.
var errOtherDatabase = errors.New("the database has no such table: is it the right one, and was it migrated?")

// explainTable adds what to do about a table that is not there.
func explainTable(err error) error {
	if err != nil && (strings.Contains(err.Error(), "no such table") || strings.Contains(err.Error(), "42P01")) {
		return fmt.Errorf("%w (%w)", errOtherDatabase, err)
	}
	return err
}
