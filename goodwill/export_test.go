package goodwill

// FireForTest returns the transitions of a fresh state machine.
func FireForTest() func(Event, State) (State, bool, error) { return newMachine().fire }
