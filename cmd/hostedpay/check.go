package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/capture"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/conformance"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/redact"
)

func checkCommand() *cobra.Command {
	var hosts []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "check FILE.har",
		Short: "Hold recorded traffic to the contracts of the gateways",
		Long: `Check reads a HAR, or entries of one that follow each other (one a line), and holds each call of a
gateway and each delivery to the contract: fields, types, statuses, events, error codes, headers.
With - it reads standard input. It exits with 1 when it found something.

Requests to others are counted and not checked. To a delivery, every 2xx response is right. When the
last entry is truncated, the others are checked. Missing credentials are not reported, because
recorders leave them out.`,
		Example: `  hostedpay check session.har
  hostedpay check --host 127.0.0.1:4010 --json - < session.har`,
		Args: verb.Argument("recording, or - for standard input"),
		RunE: func(c *cobra.Command, args []string) error {
			found, err := checkFile(args[0], c.InOrStdin(), hosts)
			if err != nil {
				return err
			}
			if err := found.print(c.OutOrStdout(), asJSON); err != nil {
				return err
			}
			if n := len(found.Findings); n > 0 {
				return fmt.Errorf("findings: %d. The traffic is not as the contracts document it", n)
			}
			return nil
		},
	}
	c.Flags().StringArrayVar(&hosts, "host", nil, "another `host`, with its port, that served a gateway, such as 127.0.0.1:4010; can be repeated")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object, errors too")
	return c
}

// checkFile holds a recording to the contracts: a file, or standard input with -.
func checkFile(name string, stdin io.Reader, hosts []string) (checked, error) {
	in, err := open(name, stdin)
	if err != nil {
		return checked{}, err
	}
	defer in.Close()
	traffic, truncated, err := capture.Read(in)
	if err != nil {
		return checked{}, err
	}
	found, err := check(traffic, hosts)
	found.Truncated = truncated
	return found, err
}

// open opens a file, or what stands for it with -.
func open(name string, stdin io.Reader) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(stdin), nil
	}
	return os.Open(name) //nolint:gosec // the file that the user names
}

// Traffic that was checked.
type checked struct {
	Calls      int       `json:"calls"`
	Deliveries int       `json:"deliveries"`
	Others     int       `json:"others"` // requests that are neither; they were not checked
	Findings   []finding `json:"findings"`
	Truncated  bool      `json:"truncated,omitempty"` // the last entry is, and was not checked
}

// A finding is one thing that a contract does not document.
type finding struct {
	Entry     int    `json:"entry"` // of the recording, from 1
	Gateway   string `json:"gateway"`
	Operation string `json:"operation"` // "POST /v1/sessions", "delivery of sessionSucceeded"
	Side      string `json:"side"`      // "request", "response 200"
	Problem   string `json:"problem"`
}

// check holds traffic to the contracts. Hosts are those where gateways were besides their own.
func check(traffic []capture.Exchange, hosts []string) (checked, error) {
	contracts, err := conformance.All()
	if err != nil {
		return checked{}, err
	}
	result := checked{Findings: []finding{}}
	for i, one := range traffic {
		if err := result.entry(contracts, hosts, i+1, one); err != nil {
			return checked{}, fmt.Errorf("entry %d of the recording: %w", i+1, err)
		}
	}
	return result, nil
}

func (c *checked) entry(contracts map[string]*conformance.Contract, hosts []string, number int, one capture.Exchange) error {
	request, err := http.NewRequest(one.Request.Method, one.Request.URL, http.NoBody) //nolint:noctx // it is never sent
	if err != nil {
		return errors.New("its request has no usable method and URL")
	}
	request.Header = capture.HeaderOf(one.Request.Headers)
	body, err := one.Request.Body()
	if err != nil {
		return errors.New("its body is not base64")
	}
	sent := conformance.Content{Text: body}

	for _, g := range contract.Gateways() {
		held := contracts[g.ID]
		at := finding{Entry: number, Gateway: g.Name}
		switch {
		case held.Delivers(request):
			c.Deliveries++
			x, unknown := held.Delivery(request, sent)
			problems := append(x.RequestProblems(), x.NewHeaders()...)
			if unknown != "" {
				problems = []string{unknown}
			}
			c.add(at.of(x.Operation(), "request"), problems)
			if one.Response.Status/100 == 2 {
				return nil // whatever the body is, the event was taken
			}
			return c.response(at, x, one.Response, false)
		case held.Knows(request) && (len(hosts) == 0 || slices.Contains(hosts, request.URL.Host) || held.Owns(request)):
			c.Calls++
			held.Authorize(request.Header)
			x := held.Call(request, sent)
			if one.Response.Status < http.StatusBadRequest { // what a gateway rejects may be wrong
				c.add(at.of(x.Operation(), "request"), x.RequestProblems())
			}
			return c.response(at, x, one.Response, true)
		}
	}
	for _, g := range contract.Gateways() {
		if contracts[g.ID].Owns(request, hosts...) {
			c.Calls++
			c.add(finding{Entry: number, Gateway: g.Name, Operation: request.Method + " (a path that is not documented)", Side: "request"}, []string{"there is no such operation"})
			return nil
		}
	}
	c.Others++
	return nil
}

// response checks what came back, if anything did.
func (c *checked) response(at finding, x *conformance.Exchange, response capture.Response, ofGateway bool) error {
	if response.Status == 0 {
		return nil
	}
	text, err := response.Body()
	if err != nil {
		return errors.New("its response's content is not base64")
	}
	header, body := capture.HeaderOf(response.Headers), conformance.Content{Text: text}
	problems := x.ResponseProblems(response.Status, header, body)
	if ofGateway {
		problems = append(problems, x.News(response.Status, header, body)...)
	}
	c.add(at.of(x.Operation(), "response "+strconv.Itoa(response.Status)), problems)
	return nil
}

func (f finding) of(operation, side string) finding {
	f.Operation, f.Side = operation, side
	return f
}

func (c *checked) add(at finding, problems []string) {
	for _, problem := range problems {
		at.Problem = redact.New().Line(problem)
		c.Findings = append(c.Findings, at)
	}
}

func (c checked) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(c)
	}
	for _, f := range c.Findings {
		fmt.Fprintf(w, "%d  %s  %s, %s: %s\n", f.Entry, f.Gateway, f.Operation, f.Side, f.Problem)
	}
	if c.Truncated {
		fmt.Fprintln(w, "The last entry is truncated, and was not checked.")
	}
	fmt.Fprintf(w, "calls: %d, deliveries: %d, other requests, which are not checked: %d, findings: %d\n", c.Calls, c.Deliveries, c.Others, len(c.Findings))
	return nil
}
