// Package crash delivers events to a shop of several processes and kills one after the other,
// without a warning. Only tests import it, for stores that outlive their process.
//
//	report := crash.Run(t, crash.Size(t), func(t *testing.T, name string, midway func()) crash.Shop {
//		… // opens the shop of that name: in the test's own process, and in each that Run starts
//	})
//	report.Check(t)
//
// The processes are the test's own program, which Run starts again. Each serves the handler of
// package webhooks on the loopback interface. A gateway delivers to them in turn, with the waits of
// Vora, until it reads a 200; of ten deliveries three are of an event that was delivered before, at
// the same moment or some seconds ago. When a process is killed, nobody at work in it responds, and
// its claims stay until their leases end; a successor starts at once.
//
// Some kills come at any moment. The others come where they hurt most: before the work of an event,
// between its effect and the commit, and between the commit and the response.
package crash
