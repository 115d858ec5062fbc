package signal_test

import (
	"fmt"

	"github.com/kulanz-go/kulanz/escalation/signal"
)

func Example() {
	d, err := signal.New(signal.Terms()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{
		"Ich schalte jetzt meinen Anwalt ein!",
		"Das Gericht auf dem Teller ist eingebrannt.",
		"Please cancel my order and call me back.",
	} {
		fmt.Printf("%q %v\n", text, d.Kinds(text))
	}
	for _, m := range d.Explain("Ich will nicht kündigen.") {
		fmt.Println(m.Term, m.Void)
	}
	// Output:
	// "Ich schalte jetzt meinen Anwalt ein!" [legal_threat]
	// "Das Gericht auf dem Teller ist eingebrannt." []
	// "Please cancel my order and call me back." [cancellation wants_call]
	// cancellation.de.kuendige negated
}
