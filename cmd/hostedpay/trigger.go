package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// maxEvents bounds --count and --duplicate.
const maxEvents = 1000

// A trigger has the flags of the verb.
type trigger struct {
	to, secretFile, from, print string
	set                         []string
	count, duplicate            int
	shuffle, tamper, json       bool
	live                        liveGuard
}

func triggerCommand() *cobra.Command {
	var t trigger
	c := &cobra.Command{
		Use:   "trigger [EVENT]",
		Short: "Send an event to your webhook endpoint, signed as its gateway does",
		Long: `Trigger makes an event, signs it as its gateway does, and sends it to your endpoint. Without EVENT it
lists the events. Each event has IDs of its own and happened now, so that a receiver takes it for a
new one.

--set changes a field, by its name in JSON, to a value that the contract allows; data.NAME is a field
of what an envelope carries. Anything else can be sent with --from.

It exits with 1 when the endpoint did not accept every delivery with a 2xx. No redirect is followed.
A live shop would take the event for a payment. A secret that is live by its prefix, or by that of
the API key beside it, is rejected without --allow-live, and so is one of unknown mode when the
endpoint is not on this machine.`,
		Example: `  hostedpay trigger session.succeeded --to http://127.0.0.1:8080/webhooks/vora --set amount=2500
  hostedpay trigger charge.refunded --to http://127.0.0.1:8080/webhooks/vora --duplicate 2
  hostedpay trigger payment.success --to http://127.0.0.1:8080/webhooks/visionscope --print curl`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return verb.Argument("event")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listEvents(t.printer(c.OutOrStdout()))
			}
			return t.run(c, args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&t.to, "to", "", "URL of your endpoint")
	f.StringVar(&t.secretFile, "secret-file", "", "file (mode 0600) with the secret that signs, - for standard input; without it, the event's variable of the environment: "+scheme.Variables())
	f.StringArrayVar(&t.set, "set", nil, "field=value of the event; can be repeated")
	f.StringVar(&t.from, "from", "", "file with a body of your own, - for standard input, sent as it is")
	f.IntVar(&t.count, "count", 1, "how many different events")
	f.IntVar(&t.duplicate, "duplicate", 0, "how many times each event is sent again")
	f.BoolVar(&t.shuffle, "shuffle", false, "send the deliveries in random order")
	f.BoolVar(&t.tamper, "tamper", false, "change a byte of the body after signing")
	f.StringVar(&t.print, "print", "", "curl: print each delivery as a command, with its signature and without the secret, and send nothing")
	f.BoolVar(&t.json, "json", false, "print one JSON object a line, errors too")
	t.live.register(c)
	verb.CompleteArgument(c, contract.EventTypes)
	verb.Complete(c, "print", func() []string { return []string{"curl"} })
	return c
}

// run makes the deliveries of an event.
func (t *trigger) run(c *cobra.Command, event string) error {
	how, err := scheme.Of(event)
	if err == nil {
		err = t.check()
	}
	var events []scheme.Event
	if err == nil && t.from == "" {
		events, err = t.make(how, event)
	}
	if err != nil {
		return verb.Usage(c, err)
	}
	to := scheme.Destination{Scheme: how, URL: t.to, Tamper: t.tamper}
	source := config.SecretSource{What: how.Secret, Variable: how.Variable, Flag: "secret-file", File: t.secretFile}
	if to.Secret, err = source.ReadToSign(c.InOrStdin()); err != nil {
		return err
	}
	if err := t.live.check(to.Secret, source, t.to); err != nil {
		return err
	}
	if t.from != "" {
		body, err := readBody(t.from, c.InOrStdin())
		if err != nil {
			return err
		}
		events = []scheme.Event{{Body: body}}
	}
	return t.deliver(c, event, to, events)
}

// deliver sends or prints every delivery, and reports whether all were accepted.
func (t *trigger) deliver(c *cobra.Command, event string, to scheme.Destination, events []scheme.Event) error {
	show := t.printer(c.OutOrStdout())
	seen, rejected := map[int]bool{}, 0
	order := t.order(len(events))
	for n, i := range order {
		request := to.Request(events[i].Body)
		if t.print != "" {
			body, err := request.GetBody()
			if err != nil {
				return err
			}
			text, _ := io.ReadAll(body) // of memory
			line, err := curl(request, text)
			if err != nil {
				return err
			}
			if err := show(nil, line); err != nil {
				return err
			}
			continue
		}
		view := deliveryView{Event: event, Scheme: to.Scheme.Name, ID: events[i].ID, Duplicate: seen[i]}
		seen[i] = true
		status, took, err := endpoint.Deliver(c.Context(), request)
		if c.Context().Err() != nil {
			return errors.New("interrupted: the endpoint may have got the last delivery")
		}
		view.Status, view.Milliseconds = status, float64(took.Microseconds())/1000
		if err != nil {
			view.Error = err.Error()
		}
		if !view.accepted() {
			rejected++
		}
		if err := show(view, view.String()); err != nil {
			return exit.Unprinted{Done: fmt.Sprintf("%d of %d deliveries were sent", n+1, len(order)), Cause: err}
		}
	}
	if rejected > 0 {
		return fmt.Errorf("deliveries that were not accepted with a 2xx: %d of %d. To learn why, run \"hostedpay doctor --webhook URL --scheme %s\"", rejected, len(order), to.Scheme.Name)
	}
	return nil
}

// order is the index of the event of each delivery.
func (t *trigger) order(events int) (order []int) {
	for i := range events {
		for range 1 + t.duplicate {
			order = append(order, i)
		}
	}
	if t.shuffle {
		rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	return order
}

// make makes the events.
func (t *trigger) make(how *scheme.Scheme, event string) (events []scheme.Event, err error) {
	set := map[string]string{}
	for _, one := range t.set {
		name, value, ok := strings.Cut(one, "=")
		if !ok {
			return nil, fmt.Errorf("--set: expected field=value, got %q", one)
		}
		if _, again := set[name]; again {
			return nil, fmt.Errorf("--set: %s is given twice", name)
		}
		set[name] = value
	}
	for range t.count {
		made, err := how.Make(event, set)
		if err != nil {
			return nil, fmt.Errorf("--set: %w", err)
		}
		if len(events) > 0 && made.ID == events[0].ID {
			return nil, fmt.Errorf("--set gives every event of --count the ID %q, which makes them the same event: use --duplicate", made.ID)
		}
		events = append(events, made)
	}
	return events, nil
}

// check holds the flags to what they allow.
func (t *trigger) check() error {
	_, wrong := endpoint.URL("--to", t.to)
	switch {
	case t.to == "":
		return errors.New("--to is required: the URL of your endpoint")
	case wrong != nil:
		return wrong
	case t.count < 1 || t.count > maxEvents:
		return fmt.Errorf("--count is from 1 to %d", maxEvents)
	case t.duplicate < 0 || t.duplicate > maxEvents:
		return fmt.Errorf("--duplicate is from 0 to %d", maxEvents)
	case t.print != "" && t.print != "curl":
		return nearest.Unknown("form of --print", t.print, []string{"curl"})
	case t.print != "" && t.json:
		return errors.New("--print and --json exclude each other")
	case t.from != "" && (t.count > 1 || len(t.set) > 0):
		return errors.New("--from is one event, sent as it is: it excludes --set and --count")
	case t.from == "-" && t.secretFile == "-":
		return errors.New("--from and --secret-file cannot both be standard input")
	}
	return nil
}

// readBody reads a body of the user's own.
func readBody(name string, stdin io.Reader) ([]byte, error) {
	in, err := open(name, stdin)
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	defer in.Close()
	body, err := io.ReadAll(in)
	if err == nil && len(body) == 0 {
		err = errors.New("the body is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	return body, nil
}

// printer prints results as JSON, or as lines for people.
func (t *trigger) printer(w io.Writer) func(view any, line string) error {
	return func(view any, line string) error {
		if t.json {
			return json.NewEncoder(w).Encode(view)
		}
		_, err := io.WriteString(w, line)
		return err
	}
}

// An eventView is how an event is listed under --json.
type eventView struct {
	Event  string          `json:"event"`
	Scheme webhooks.Scheme `json:"scheme"`
	Secret string          `json:"secretVariable"`
}

// listEvents prints every event, with where its signing secret is expected.
func listEvents(show func(view any, line string) error) error {
	width := 0
	for _, event := range contract.EventTypes() {
		width = max(width, len(event))
	}
	for _, s := range scheme.All() {
		for _, event := range s.Events {
			line := fmt.Sprintf("%-*s  %-11s  %s\n", width, event, s.Name, s.Variable)
			if err := show(eventView{event, s.Name, s.Variable}, line); err != nil {
				return err
			}
		}
	}
	return nil
}
