package main

// escalationAnswers answers the kinds of escalation: rotations, schedules, policies,
// conditions, the ladder, routing, throttling, signals and waiting.
func escalationAnswers() map[string]answer {
	return map[string]answer{
		"condition":  condition,
		"erlang_a":   erlangA,
		"erlang_c":   erlangC,
		"escalation": escalate,
		"ladder":     ladder,
		"rotation":   turns,
		"routing":    routed,
		"schedule":   onDuty,
		"signal":     matched,
		"throttle":   throttle,
		"wait":       wait,
	}
}
