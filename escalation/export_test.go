package escalation

// Satisfiable lets tests ask the solver of lint.
func Satisfiable(s *Schema, c Cond) bool { return satisfiable(s, c) }
