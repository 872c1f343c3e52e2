// Package browser drives a headless Chromium, for the tests of the examples.
package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// A Browser is one headless Chromium for all tests of a run. Each test gets a profile of its own.
type Browser struct{ ctx context.Context }

// Patience is the limit of every wait; none takes a tenth of it.
const Patience = time.Minute

// Start starts Chromium. Without one the test is skipped, and fails where everything has to be
// there, and skipped with -short.
func Start(t *testing.T) Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes part where there is no -short")
	}
	path, err := find()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("there is no Chromium: %v", err)
		}
		t.Skipf("SKIPPED, AND THEREFORE NOT TESTED: there is no Chromium: %v\ninstall chromium, or set CHROMIUM to its path", err)
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-default-apps", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-extensions", true),
		chromedp.Flag("no-proxy-server", true),
		// One process for the frames of all sites, so that one connection reaches them. What sites
		// may do to one another stays the same.
		chromedp.Flag("disable-features", "SitePerProcess,IsolateOrigins,IsolateSandboxedIframes,Translate"),
		chromedp.Flag("disable-site-isolation-trials", true),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("hide-scrollbars", true),
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the processes to end, so that their files can be removed
		cancel()
	})
	require.NoError(t, chromedp.Do(ctx))
	return Browser{ctx}
}

func find() (string, error) {
	if set := os.Getenv("CHROMIUM"); set != "" {
		return exec.LookPath(set)
	}
	var all error
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		path, err := exec.LookPath(name)
		if err == nil {
			return path, nil
		}
		all = errors.Join(all, err)
	}
	return "", all
}

// A Tab is a window of a new buyer.
type Tab struct {
	t   *testing.T
	ctx context.Context
}

// Open opens a tab of a new profile at an address.
func (b Browser) Open(t *testing.T, address string) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900)))
	tab := &Tab{t, ctx}
	tab.GoTo(address)
	return tab
}

// GoTo goes to an address.
func (b *Tab) GoTo(address string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(address))
}

// Reload loads the page again.
func (b *Tab) Reload() {
	b.t.Helper()
	b.Do(chromedp.Reload())
}

// Do does one of chromedp's actions.
func (b *Tab) Do(step chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	require.NoError(b.t, chromedp.Do(ctx, step))
}

// command sends one of the browser's debugging commands.
func command[P, R any](b *Tab, cmd cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	return chromedp.Call(ctx, cmd, params)
}

// A Place is a part of the window.
type Place int

// The places.
const (
	Window Place = iota // the whole
	Frame               // the checkout's iframe
)

func (b *Tab) frameOf(p Place) (*cdp.Frame, error) {
	tree, err := command(b, page.GetFrameTree, cdp.Empty{})
	switch {
	case err != nil:
		return nil, err
	case p == Window:
		return tree.FrameTree.Frame, nil
	case len(tree.FrameTree.ChildFrames) != 1:
		return nil, fmt.Errorf("the page has %d frames instead of one", len(tree.FrameTree.ChildFrames))
	}
	return tree.FrameTree.ChildFrames[0].Frame, nil
}

// Evaluate runs an expression beside the page's own scripts; its Content-Security-Policy does not
// apply.
func (b *Tab) Evaluate(p Place, expression string, byValue bool) (*runtime.RemoteObject, error) {
	f, err := b.frameOf(p)
	if err != nil {
		return nil, err
	}
	world, err := command(b, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: f.ID, WorldName: "test"})
	if err != nil {
		return nil, err
	}
	result, err := command(b, runtime.Evaluate, runtime.EvaluateParams{Expression: expression, ContextID: world.ExecutionContextID, ReturnByValue: &byValue})
	switch {
	case err != nil:
		return nil, err
	case result.ExceptionDetails != nil:
		return nil, fmt.Errorf("%s: %s", expression, result.ExceptionDetails.Text)
	}
	return result.Result, nil
}

// Text returns the string that an expression evaluates to.
func (b *Tab) Text(p Place, expression string) (value string, err error) {
	result, err := b.Evaluate(p, "String("+expression+")", true)
	if err == nil {
		err = json.Unmarshal(result.Value, &value)
	}
	return value, err
}

// Until waits for a condition that depends on pages, webhooks and navigations.
func (b *Tab) Until(what string, holds func() (bool, error)) {
	b.t.Helper()
	deadline := time.Now().Add(Patience)
	for {
		ok, err := holds()
		if ok && err == nil {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("waited in vain for %s (%v)\n%s", what, err, b.describe())
		}
		time.Sleep(10 * time.Millisecond) // no browser event covers all frames
	}
}

// describe returns what the window shows, for the message of a failed test.
func (b *Tab) describe() string {
	var text string
	for name, p := range map[string]Place{"window": Window, "frame": Frame} {
		at, _ := b.Text(p, "location.href")
		shown, _ := b.Text(p, "document.body.innerText")
		text += fmt.Sprintf("%s at %q shows:\n%s\n\n", name, at, shown)
	}
	return text
}

// Sees waits until the page shows a string.
func (b *Tab) Sees(p Place, text string) {
	b.t.Helper()
	b.Until(fmt.Sprintf("%q", text), func() (bool, error) {
		shown, err := b.Text(p, "document.body.innerText")
		return strings.Contains(shown, text), err
	})
}

// Clicks waits until an element is at rest, and clicks on it with the mouse. A frame of another
// site is drawn by another process, which may move it after this one has said where it is.
func (b *Tab) Clicks(p Place, selector string) {
	b.t.Helper()
	var last []float64
	var since time.Time
	b.Until("a click on "+selector, func() (bool, error) {
		element, err := b.Evaluate(p, fmt.Sprintf("document.readyState == 'complete' ? document.querySelector(%q) : null", selector), false)
		if err != nil || element.ObjectID == "" {
			return false, errors.Join(err, errors.New("it is not there"))
		}
		if _, err := command(b, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{ObjectID: element.ObjectID}); err != nil {
			return false, err
		}
		found, err := command(b, dom.GetContentQuads, dom.GetContentQuadsParams{ObjectID: element.ObjectID})
		if err != nil || len(found.Quads) == 0 {
			return false, errors.Join(err, errors.New("it is not visible"))
		}
		q := found.Quads[0]
		if !slices.Equal(q, last) {
			last, since = q, time.Now()
		}
		if time.Since(since) < atRest {
			return false, errors.New("it moves")
		}
		ctx, cancel := context.WithTimeout(b.ctx, Patience)
		defer cancel()
		err = chromedp.Do(ctx, chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2))
		return err == nil, err
	})
}

const atRest = 100 * time.Millisecond

// Opens waits for another tab with a page of this URL and title.
func (b *Tab) Opens(address, title string) {
	b.t.Helper()
	b.Until("a new tab at "+address, func() (bool, error) {
		targets, err := chromedp.Targets(b.ctx)
		return slices.ContainsFunc(targets, func(t *target.Info) bool {
			return t.Type == "page" && strings.HasPrefix(t.URL, address) && strings.HasPrefix(t.Title, title)
		}), err
	})
}

// Asks returns the value of an expression as soon as there is a page.
func (b *Tab) Asks(p Place, expression string) (value string) {
	b.t.Helper()
	b.Until(expression, func() (ok bool, err error) {
		value, err = b.Text(p, expression)
		return err == nil, err
	})
	return value
}

// At returns the URL in the address bar.
func (b *Tab) At() string {
	b.t.Helper()
	return b.Asks(Window, "location.href")
}

// History returns all URLs that the tab remembers.
func (b *Tab) History() string {
	b.t.Helper()
	history, err := command(b, page.GetNavigationHistory, cdp.Empty{})
	require.NoError(b.t, err)
	var addresses strings.Builder
	for _, entry := range history.Entries {
		fmt.Fprintln(&addresses, entry.URL)
	}
	return addresses.String()
}
