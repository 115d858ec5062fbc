package escalation

// Satisfiable lets tests ask the solver of lint.
func Satisfiable(s *Schema, c Cond) bool { return satisfiable(s, c) }

// EncodeMemo writes a planner's memo with this state and these contacts.
func EncodeMemo(st State, contacts []int64) ([]byte, error) {
	m := memo{State: st, Contacts: contacts}
	return m.encode()
}
