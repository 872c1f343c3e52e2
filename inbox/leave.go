package inbox

import (
	"errors"
	"time"
)

var (
	errLeft   = errors.New("inbox: the function did not end when its context did, and was left behind: what it waits for has to end with the context that it is given")
	errExited = errors.New("inbox: the function ended its goroutine: did it call runtime.Goexit, or FailNow of a test?")
)

// callUntil calls a function of the program. One that has not ended at that time is left behind: it
// keeps a goroutine, and nothing else. A panic is an error.
func callUntil(end time.Time, do func() error) error {
	done := make(chan error, 1)
	go func() {
		err := errExited
		defer func() {
			if v := recover(); v != nil {
				err = panicked(v)
			}
			done <- err
		}()
		err = do()
	}()
	patience := time.NewTimer(time.Until(end))
	defer patience.Stop()
	select {
	case err := <-done:
		return err
	case <-patience.C:
		return errLeft
	}
}
