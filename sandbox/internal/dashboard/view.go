package dashboard

import "time"

// Most is how many of a kind the dashboard shows: the newest.
const Most = 50

// A View is what the dashboard shows. All text in it is untrusted.
type View struct {
	Origin string // of the sandbox, as the browser reached it: "http://127.0.0.1:4010"

	Now     time.Time // the sandbox's clock
	Running bool      // it goes on by itself

	Merchants []Merchant

	Sessions     []Session // the newest first, as all lists here
	SessionCount int       // of all, shown or not

	Requests     []Request
	RequestCount int

	Deliveries    []Delivery
	DeliveryCount int
	Paused        bool
	Held          int      // deliveries that wait for the end of the pause
	Disturbances  []string // of the next attempts

	Faults []Fault // the oldest first, which is the order in which they happen
	Codes  []Code  // of the catalog, for the form
}

// A Merchant is an account with its keys.
type Merchant struct {
	ID, Name string

	SecretKey, PublishableKey, SessionSecret string // Vora
	APIKey                                   string // VisionScope

	WebhookURL    string // of Vora's events; empty for nowhere
	WebhookSecret string // signs webhooks v2
	WebhooksV2    bool   // the merchant gets them instead of v1
	OldKeys       []OldKey
}

// An OldKey is a secret key that was rotated out.
type OldKey struct {
	Key   string
	Until time.Time // when it stops working
}

// A Session is a purchase at either gateway.
type Session struct {
	ID, Gateway, Merchant, Description string

	Status      string // as Vora calls it
	Amount      string // ready to show: "14.99 USD"
	Refunded    string // the same; empty when nothing was
	Refundable  int64  // minor units that can still be given back
	CreatedAt   time.Time
	ExpiresAt   time.Time // zero when it does not
	CheckoutURL string
}

// A Request is a call to one of the APIs.
type Request struct {
	ID             string // of the answer; may be empty
	Gateway        string
	Merchant       string // its name; empty when the key was nobody's
	At             time.Time
	Duration       time.Duration
	Method, Path   string
	IdempotencyKey string
	Version        string
	UserAgent      string
	Body           string
	Status         int // 0 when there was no answer
	Answer         string
	Fault          string // that was injected
}

// A Delivery is an event on its way to a merchant.
type Delivery struct {
	ID, SessionID, Event, URL, Body string

	State    string
	Attempts []Attempt // the newest first
	Count    int       // of all attempts, shown or not
}

// An Attempt is one time that an event was sent.
type Attempt struct {
	Number   int // from 1
	At       time.Time
	Duration time.Duration
	Header   []string // lines of the request's, with its signature
	Status   int      // 0 when no answer came
	Answer   string
	Problem  string // why none came
	Fault    string // that was injected
}

// A Fault is something that goes wrong on purpose.
type Fault struct {
	Route  string // empty for all
	Effect string // in words
	Body   string
	Times  int // that are left; 0 for all
	Share  int // percent; 0 for all
}

// A Code is an entry of the error catalog.
type Code struct {
	Code   string
	Status int
}
