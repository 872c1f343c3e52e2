package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A codeInput names an error code.
type codeInput struct {
	Code string `json:"code" jsonschema:"the code of an error, such as session_expired"`
}

func diagnose(_ context.Context, in codeInput) (codeEntry, error) {
	entries, err := explain(in.Code)
	if err != nil {
		return codeEntry{}, fmt.Errorf("%w: `hostedpay errors` lists them all", err)
	}
	return entries[0], nil
}

// Evidence is what was captured: a file on the server's machine, or its content.
type evidence struct {
	File string `json:"file,omitempty" jsonschema:"path of a file on this machine; either this or text"`
	Text string `json:"text,omitempty" jsonschema:"what the file would contain; either this or file"`
}

// name and reader are as the verbs take them, where - is standard input.
func (e evidence) source() (name string, text io.Reader, err error) {
	switch {
	case (e.File == "") == (e.Text == ""):
		return "", nil, errors.New("exactly one of file and text is needed: name the file, or pass what it contains")
	case e.File == "-":
		return "", nil, errors.New("standard input is the agent's own: name a file, or pass what it contains as text")
	case e.File != "":
		return e.File, nil, nil
	}
	return "-", strings.NewReader(e.Text), nil
}

// A captureInput is a captured delivery.
type captureInput struct {
	evidence
	Entry int    `json:"entry,omitempty" jsonschema:"which request of a HAR with several, from 1"`
	At    string `json:"at,omitempty" jsonschema:"when it arrived, RFC 3339, such as 2026-04-21T13:18:14Z; without it, now"`
}

func (a *toolbox) verifyWebhook(ctx context.Context, in captureInput) (webhookView, error) {
	name, text, err := in.source()
	if err != nil {
		return webhookView{}, err
	}
	return verifyWebhook(ctx, a.secrets, webhookCapture{file: name, entry: in.Entry, at: in.At}, text)
}

// A recordingInput is recorded traffic.
type recordingInput struct {
	evidence
	Hosts []string `json:"hosts,omitempty" jsonschema:"other hosts, with their ports, that served a gateway, such as 127.0.0.1:4010"`
}

func checkTraffic(_ context.Context, in recordingInput) (checked, error) {
	name, text, err := in.source()
	if err != nil {
		return checked{}, err
	}
	return checkFile(name, text, in.Hosts)
}
