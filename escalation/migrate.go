package escalation

import (
	"hash/fnv"
	"slices"
	"time"
)

// Migration says how a running ticket goes over to another version of its
// policy, or to another policy.
type Migration string

// The ways to go over.
const (
	// MigrateKeep leaves the ticket under the version that it is pinned to.
	MigrateKeep Migration = "keep"
	// MigrateByStep goes on under the new version where the ticket stands: what
	// the clock shows stays, and steps that are done in this cycle, by their
	// ids, do not come again. New steps whose time has passed are due at once.
	MigrateByStep Migration = "by_step"
	// MigrateRestart begins a new episode under the new version.
	MigrateRestart Migration = "restart"
)

// Migrate returns the state of a running ticket under this policy, at an
// instant that does not lie before what was applied. from is the version that
// it is pinned to; nil where that is gone: the clock is then taken to have run
// as this policy's does. A ticket that is not open stays as it is: its next
// episode takes the newest version anyhow. It is pure.
func (p *Policy) Migrate(st State, from *Policy, how Migration, now time.Time) State {
	s := st.s.clone()
	switch {
	case !s.Open || how == MigrateKeep:
		return st
	case how == MigrateRestart:
		s.begin(p, now)
		return State{s}
	}
	if from == nil {
		from = p
	}
	p.rewind(&s, from, now)
	p.carry(&s)
	s.Policy, s.Steps = p.Ref(), p.hashes()
	return State{s}
}

// rewind lets the clock go on from what it shows, where the new one counts
// other time than the old.
func (p *Policy) rewind(s *state, from *Policy, now time.Time) {
	if from.clock.cal == p.clock.cal || len(s.Runs) == 0 {
		return
	}
	elapsed, last := from.elapsed(s, now), *s.last()
	switch {
	case !last.To.IsZero(): // it stands, with no end in sight
		s.Base, s.Runs = elapsed, nil
	case last.From.Before(now):
		s.Runs = []run{{From: now, Elapsed: elapsed}}
	default: // it goes on later
		s.Runs = []run{last}
	}
}

// carry takes over, by the ids of the steps, what is done and what waits.
func (p *Policy) carry(s *state) {
	old, fresh := s.Steps, p.hashes()
	ladder := slices.DeleteFunc(slices.Clone(fresh), waitsForMark)
	place := func(step int) int {
		if step >= len(old) {
			return -1
		}
		return slices.Index(fresh, old[step])
	}
	levels := slices.DeleteFunc(slices.Clone(old), waitsForMark)
	finished := s.Next.Level > len(levels)
	done := slices.Clone(levels[:min(s.Next.Level, len(levels))])
	var later []ahead // done in cycles to come
	for _, a := range s.Ahead {
		switch level := slices.Index(ladder, levelHash(levels, a.Level)); {
		case a.Level >= len(levels):
		case a.Cycle == s.Next.Cycle:
			done = append(done, levels[a.Level])
		case level >= 0:
			later = append(later, ahead{instance: instance{Cycle: a.Cycle, Level: level}})
		}
	}
	var waits []waiting
	for _, w := range s.Waiting {
		if w.Step = place(w.Step); w.Step >= 0 {
			waits = append(waits, w)
		}
	}
	var marks []mark
	for _, m := range s.Marks {
		if m.Step = place(m.Step); m.Step >= 0 {
			marks = append(marks, m)
		}
	}
	counts := map[int]int{}
	for step, n := range s.Counts {
		if to := place(step); to >= 0 {
			counts[to] = n
		}
	}
	s.Waiting, s.Marks, s.Counts, s.Ahead = waits, marks, counts, nil
	p.point(s, done, finished)
	s.Ahead = append(s.Ahead, later...)
}

// levelHash returns the hash of a level; 1, which no level has, beyond them.
func levelHash(levels []uint32, level int) uint32 {
	if level < len(levels) {
		return levels[level]
	}
	return 1
}

// point sets the next level to the first of this cycle that is not done.
func (p *Policy) point(s *state, done []uint32, finished bool) {
	cycle, times := s.Next.Cycle, p.cfg.Repeat.Times
	if finished || cycle > times || len(p.levels) == 0 {
		s.Next = instance{Cycle: times, Level: len(p.levels) + 1}
		return
	}
	s.Next = instance{Cycle: cycle}
	fresh := slices.DeleteFunc(p.hashes(), waitsForMark)
	first := slices.IndexFunc(fresh, func(h uint32) bool { return !slices.Contains(done, h) })
	if first < 0 {
		s.Next = p.next(instance{Cycle: cycle, Level: len(fresh) - 1})
		return
	}
	s.Next.Level = first
	for level := first + 1; level < len(fresh); level++ {
		if slices.Contains(done, fresh[level]) {
			s.Ahead = append(s.Ahead, ahead{instance: instance{Cycle: cycle, Level: level}})
		}
	}
}

// hashes returns the hashes of the steps' ids. The lowest bit tells whether a
// step waits for a mark of a deadline.
func (p *Policy) hashes() []uint32 {
	out := make([]uint32, len(p.steps))
	for i, s := range p.steps {
		h := fnv.New32a()
		_, _ = h.Write([]byte(s.ID)) // never fails
		out[i] = h.Sum32() &^ 1
		if s.level < 0 {
			out[i] |= 1
		}
	}
	return out
}

func waitsForMark(hash uint32) bool { return hash&1 == 1 }

// Moved is the status of the note that a ticket went over to another version.
// It is no step, and has no [Firing].
const Moved Status = "moved"

// Move is a migration of all running tickets of one version.
type Move struct {
	From string    `json:"from"` // id@version
	To   string    `json:"to"`
	How  Migration `json:"how"`
}

func (m Move) check(c *check, path string, set *PolicySet) {
	for _, ref := range []struct{ path, ref string }{{"from", m.From}, {"to", m.To}} {
		if set == nil {
			continue // and that is a fault of its own
		}
		if _, ok := set.Policy(ref.ref); !ok {
			c.fail(path+"."+ref.path, ref.ref, "is none of the policies")
		}
	}
	if m.From == m.To {
		c.fail(path, m.From, "is moved to itself")
	}
	if m.How != MigrateKeep && m.How != MigrateByStep && m.How != MigrateRestart {
		c.fail(path+".how", string(m.How), "is no way to migrate")
	}
}

// MigrationDiff says what a migration would change for one ticket.
type MigrationDiff struct {
	From string    `json:"from"` // id@version
	To   string    `json:"to"`
	How  Migration `json:"how"`
	// Before and After are what fires if nobody acts, without the migration
	// and with it.
	Before []Firing `json:"before"`
	After  []Firing `json:"after"`
	// Gone are steps that come no more, New those that would not have come,
	// Moved those that come at another time; as cycle and step, "c0|lead".
	Gone  []string `json:"gone,omitempty"`
	New   []string `json:"new,omitempty"`
	Moved []string `json:"moved,omitempty"`
}

// DryRun tells what [Policy.Migrate] would change for a ticket, until an
// instant, and changes nothing. from must be the version that the ticket is
// pinned to.
func (p *Policy) DryRun(in Input, st State, from *Policy, how Migration, until time.Time) MigrationDiff {
	d := MigrationDiff{From: st.Policy(), To: p.Ref(), How: how, Before: from.Preview(in, st, until)}
	if how == MigrateKeep {
		d.To, d.After = d.From, d.Before
		return d
	}
	d.After = p.Preview(in, p.Migrate(st, from, how, in.Now), until)
	name := func(f Firing) string { return Key("", "", 0, f.Cycle, f.Step)[len("||e0|"):] }
	before := map[string]time.Time{}
	for _, f := range d.Before {
		before[name(f)] = f.At
	}
	for _, f := range d.After {
		at, was := before[name(f)]
		switch {
		case !was:
			d.New = append(d.New, name(f))
		case !at.Equal(f.At):
			d.Moved = append(d.Moved, name(f))
		}
		delete(before, name(f))
	}
	for _, f := range d.Before {
		if _, left := before[name(f)]; left {
			d.Gone = append(d.Gone, name(f))
		}
	}
	return d
}
