package route

import "slices"

// Path is the teams that a ticket has been with, in that order; the first is
// its home.
type Path []string

// Hops is how often it went from one team to another.
func (p Path) Hops() int { return max(0, len(p)-1) }

// Hop adds a team and returns the path and which team has the ticket: the one
// asked for, or the policy's Final where the hops are used up. The path grows
// by at most one, and not where the ticket is there already.
func (p Policy) Hop(path Path, to string) (Path, string) {
	if p.MaxHops > 0 && path.Hops() >= p.MaxHops && len(path) > 0 && path[len(path)-1] != to {
		to = p.Final
	}
	if len(path) > 0 && path[len(path)-1] == to {
		return path, to
	}
	return append(slices.Clip(path), to), to
}

// Home is where a ticket returns to when what it was escalated for is over; the
// way begins anew. It is false where the ticket never left, or the hops are
// used up: then it stays with the policy's Final.
func (p Policy) Home(path Path) (Path, string, bool) {
	if path.Hops() == 0 || p.MaxHops > 0 && path.Hops() > p.MaxHops {
		return path, "", false
	}
	return Path{path[0]}, path[0], true
}
