package queue_test

import (
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/escalation/queue"
)

// Five wait, three agents are at work, and a contact takes four minutes.
func ExampleHandling_Wait() {
	w, err := queue.Handling{Mean: 4 * time.Minute, CV2: 1}.Wait(5, 3)
	fmt.Println(w.P50.Round(time.Second), w.P80.Round(time.Second), err)
	// Output:
	// 7m34s 10m32s <nil>
}

// Eight of ten callers are to be answered within 20 seconds.
func ExampleAgentsFor() {
	calls := queue.Traffic{PerHour: 200, Handling: 3 * time.Minute}
	n, err := queue.AgentsFor(calls, queue.Target{Share: .8, Within: 20 * time.Second})
	fmt.Println(n, err)
	// Output:
	// 14 <nil>
}

// Who asks to be called back does not have to hold the line.
func ExampleLine_CallBack() {
	var l queue.Line
	for i, id := range []string{"anna", "ben", "cem"} {
		l = l.Join(queue.Place{ID: id, Joined: time.Unix(int64(i), 0)})
	}
	l, _ = l.CallBack("ben", time.Time{})
	l = l.Join(queue.Place{ID: "dora", Joined: time.Unix(9, 0)})
	fmt.Println(l.Ahead("ben"), l.Ahead("dora"))
	// Output:
	// 1 3
}
