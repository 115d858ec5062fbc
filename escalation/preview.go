package escalation

import "time"

// maxWakes bounds a preview: each look passes at least one step, or the end of
// what held it back.
const maxWakes = 4*maxInstances + maxMarks

// Preview returns what would fire, from now until before an instant, if
// nothing happened and no fact changed. What is due by now and was not seen is
// part of it.
func (p *Policy) Preview(in Input, st State, until time.Time) []Firing {
	var out []Firing
	for range maxWakes {
		r := p.Evaluate(in, st)
		for _, f := range r.Firings {
			if f.At.Before(until) {
				out = append(out, f)
			}
		}
		if r.Next.IsZero() || !r.Next.Before(until) {
			break
		}
		in.Now, st = r.Next, r.State
	}
	return out
}
